import { Button, Modal, TextInput } from '@mantine/core';
import { IconAlertTriangle, IconCheck, IconHelp } from '@tabler/icons-react';
import { useMutation } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { type FormEvent, useState } from 'react';
import type { CommitmentKind, WhyNotHere } from '../../schemas/commitments.ts';
import { sentenceOf } from '../api.ts';
import { announce, announceError } from '../elements/announce.tsx';
import { searchProjects } from '../elements/record-options.ts';
import { Typeahead } from '../elements/typeahead.tsx';
import styles from './commitments.module.css';
import { askWhy, KINDS, type Question, refreshCommitment } from './queries.ts';

interface WhyNotHereDialogProps {
  kind: CommitmentKind;
  isOpen: boolean;
  onClose: () => void;
}

/** Answers the question people ask most: each point that can keep a commitment away, with what to do about it. */
export function WhyNotHereDialog({ kind, isOpen, onClose }: WhyNotHereDialogProps) {
  const [project, setProject] = useState<{ id: string; text: string } | null>(null);
  const [number, setNumber] = useState('');
  const why = useMutation({ mutationFn: askWhy });
  const question: Question | null =
    project === null || number.trim() === '' ? null : { kind, projectId: project.id, number: number.trim() };
  const ask = (event: FormEvent) => {
    event.preventDefault();
    if (question !== null) why.mutate(question);
  };
  const { noun } = KINDS[kind];
  return (
    <Modal opened={isOpen} onClose={onClose} title="Why is my commitment not here?" size="lg">
      <form className={styles.question} onSubmit={ask}>
        <Typeahead
          label="Project"
          field="project"
          placeholder="Code or name"
          value={project}
          optionsKey={['projects', 'options']}
          load={searchProjects}
          onPick={setProject}
        />
        <TextInput
          label={`Number of the ${noun}`}
          autoComplete="off"
          value={number}
          onChange={(event) => setNumber(event.currentTarget.value)}
        />
        <Button type="submit" loading={why.isPending} disabled={question === null}>
          Find out
        </Button>
      </form>
      {why.error !== null && (
        <p role="alert" className={styles.refusal}>
          {sentenceOf(why.error)}
        </p>
      )}
      {why.data !== undefined && why.variables !== undefined && (
        <Answer answer={why.data} question={why.variables} onClose={onClose} />
      )}
    </Modal>
  );
}

const ICONS = { fine: IconCheck, cause: IconAlertTriangle, unknown: IconHelp };
const WORDS = { fine: 'In order', cause: 'This is why', unknown: 'Not known' };

function Answer({ answer, question, onClose }: { answer: WhyNotHere; question: Question; onClose: () => void }) {
  const refresh = useMutation({
    mutationFn: () => refreshCommitment({ ...question, procoreId: answer.procoreId }),
    onSuccess: () => announce('It is being read from Procore. Look again in a minute.'),
    onError: announceError,
  });
  return (
    <div role="status" aria-label="Answer">
      <ul className={styles.checks}>
        {answer.checks.map(({ verdict, says, fix }) => {
          const Icon = ICONS[verdict];
          return (
            <li key={says} data-verdict={verdict}>
              <Icon size={16} aria-label={WORDS[verdict]} />
              <span>
                {says}
                {fix !== null && <span className={styles.fix}>{fix}</span>}
              </span>
            </li>
          );
        })}
      </ul>
      <div className={styles.actions}>
        {answer.procoreId !== null && (
          <Button variant="default" loading={refresh.isPending} onClick={() => refresh.mutate()}>
            Refresh from Procore
          </Button>
        )}
        {answer.id !== null && (
          <Button
            onClick={onClose}
            renderRoot={(root) =>
              question.kind === 'purchase_order' ? (
                <Link to="/purchase-orders/$id" params={{ id: answer.id! }} {...root} />
              ) : (
                <Link to="/subcontracts/$id" params={{ id: answer.id! }} {...root} />
              )
            }
          >
            Open the {KINDS[question.kind].noun}
          </Button>
        )}
      </div>
    </div>
  );
}
