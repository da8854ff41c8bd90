import { Button, Modal, Select } from '@mantine/core';
import { useMutation, useQuery } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import type { Company } from '../../schemas/connection.ts';
import type { PartyList, Person } from '../../schemas/people.ts';
import { announce, announceError } from '../elements/announce.tsx';
import { Loaded } from '../elements/states.tsx';
import { formatMoment } from '../format.ts';
import { companiesQuery } from '../settings/queries.ts';
import styles from './people.module.css';
import { chooseParty, directoryQuery, refreshDirectory } from './queries.ts';

/** Who a person is in Procore's directory, company by company, where neither email nor employee id tells. */
export function PartyWindow({ person, onClose }: { person: Person; onClose(): void }) {
  const companies = useQuery(companiesQuery);
  return (
    <Modal opened onClose={onClose} title={`${person.name} in Procore`}>
      <Loaded query={companies}>
        {(list) =>
          list.length === 0 ? (
            <p className={styles.soft}>Connect Procore first.</p>
          ) : (
            list.map((company) => <OneCompany key={company.id} person={person} company={company} onDone={onClose} />)
          )
        }
      </Loaded>
    </Modal>
  );
}

interface OneCompanyProps {
  person: Person;
  company: Company;
  onDone(): void;
}

function OneCompany({ person, company, onDone }: OneCompanyProps) {
  const query = useQuery(directoryQuery(company.id));
  const refresh = useMutation({ mutationFn: () => refreshDirectory(company.id), onError: announceError });
  const { mutate: read } = refresh;
  const wasNeverRead = query.data?.readAt === null;
  useEffect(() => {
    if (wasNeverRead) read();
  }, [wasNeverRead, read]);
  return (
    <Loaded query={query}>
      {(directory) => (
        <Choice
          person={person}
          company={company}
          directory={directory}
          isReading={refresh.isPending || directory.readAt === null}
          onRead={() => refresh.mutate()}
          onDone={onDone}
        />
      )}
    </Loaded>
  );
}

interface ChoiceProps extends OneCompanyProps {
  directory: PartyList;
  isReading: boolean;
  onRead(): void;
}

function Choice({ person, company, directory, isReading, onRead, onDone }: ChoiceProps) {
  const before = person.parties.find((one) => one.companyId === company.id)?.partyId ?? null;
  const [partyId, setPartyId] = useState(before);
  const save = useMutation({
    mutationFn: () => chooseParty(person.id, company.id, partyId),
    onSuccess: () => {
      announce(partyId === null ? 'No longer linked.' : 'Linked.');
      onDone();
    },
    onError: announceError,
  });
  return (
    <form
      aria-label={company.name}
      className={styles.form}
      onSubmit={(event) => {
        event.preventDefault();
        save.mutate();
      }}
    >
      <Select
        label={`Person in ${company.name}`}
        description={
          directory.readAt === null
            ? 'The directory is being read from Procore.'
            : `Without a choice the email or the employee id decides. Directory as of ${formatMoment(directory.readAt)}.`
        }
        data-autofocus
        searchable
        clearable
        placeholder="Name, email or employee id"
        nothingFoundMessage="Nobody of that name is in the directory."
        data={directory.rows.map((party) => ({
          value: party.partyId,
          label: [party.name, party.email, party.employeeId].filter(Boolean).join(', '),
        }))}
        value={partyId}
        onChange={setPartyId}
      />
      <div className={styles.foot}>
        <Button variant="default" loading={isReading} onClick={onRead}>
          Read again from Procore
        </Button>
        <Button type="submit" disabled={partyId === before} loading={save.isPending}>
          Save
        </Button>
      </div>
    </form>
  );
}
