import { Checkbox, TextInput } from '@mantine/core';
import { useState } from 'react';
import type { Persona } from '../../schemas/people.ts';
import styles from './people.module.css';
import { saveSetup } from './queries.ts';
import { SetupWindow } from './setup-window.tsx';

export const PERSONA_FLAGS = [
  { flag: 'isCrewMember', label: 'Crew member', hint: 'Enters their own time.' },
  { flag: 'isCrewManager', label: 'Crew manager', hint: 'Enters the time of their user group.' },
  { flag: 'approvesFirst', label: '1st approval', hint: 'Gives the first approval.' },
  { flag: 'approvesSecond', label: '2nd approval', hint: 'Gives the second, where a group asks for two.' },
] as const;

export function PersonaForm({ persona, onClose }: { persona: Persona | null; onClose(): void }) {
  const [fields, setFields] = useState({
    name: persona?.name ?? '',
    isCrewMember: persona?.isCrewMember ?? true,
    isCrewManager: persona?.isCrewManager ?? false,
    approvesFirst: persona?.approvesFirst ?? false,
    approvesSecond: persona?.approvesSecond ?? false,
  });
  const set = (change: Partial<typeof fields>) => setFields((now) => ({ ...now, ...change }));
  return (
    <SetupWindow
      title={persona === null ? 'New access persona' : persona.name}
      said="Access persona saved."
      isIncomplete={fields.name.trim() === ''}
      onSave={() => saveSetup('personas', persona?.id ?? null, fields)}
      onClose={onClose}
    >
      <TextInput
        label="Name"
        data-autofocus
        value={fields.name}
        onChange={(event) => set({ name: event.currentTarget.value })}
      />
      <fieldset className={styles.ticks} aria-label="What this persona may do">
        {PERSONA_FLAGS.map(({ flag, label, hint }) => (
          <Checkbox
            key={flag}
            label={label}
            description={hint}
            checked={fields[flag]}
            onChange={(event) => set({ [flag]: event.currentTarget.checked })}
          />
        ))}
      </fieldset>
    </SetupWindow>
  );
}
