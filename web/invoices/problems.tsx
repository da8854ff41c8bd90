import { Button } from '@mantine/core';
import { IconAlertTriangle, IconCircleX } from '@tabler/icons-react';
import { Link, type LinkProps, useRouteContext } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import type { Invoice } from '../../schemas/invoices.ts';
import { formatMoney } from '../format.ts';
import { hasRole } from '../session.ts';
import styles from './check-screen.module.css';
import { DeletedChoices } from './deleted-choices.tsx';
import { DuplicateChoices } from './duplicate-choices.tsx';
import { EditedChoices } from './edited-choices.tsx';
import { fieldOf, focusField } from './fields.ts';
import { decideDeleted, decideEdited } from './queries.ts';
import { SendEarly, SendLocked } from './send-early.tsx';

type Problem = Invoice['problems'][number];

interface ProblemsProps {
  invoice: Invoice;
  mayEdit: boolean;
  /** the draft has changed since they were found */
  isStale: boolean;
}

/** Everything that keeps an invoice back, each with the way out. */
export function Problems({ invoice, mayEdit, isStale }: ProblemsProps) {
  if (invoice.problems.length === 0) return null;
  return (
    <section id="problems" className={styles.problems} aria-label="Problems">
      <h2 className={styles.sectionTitle}>
        Problems ({invoice.problems.length})
        {isStale && <span className={styles.soft}> as last checked; check again after your changes</span>}
      </h2>
      <ul className={styles.problemList}>
        {invoice.problems.map((problem) => (
          <li key={`${problem.code} ${problem.line} ${problem.message}`} data-severity={problem.severity}>
            {problem.severity === 'blocks' ? (
              <IconCircleX size={16} aria-label="Must be fixed" />
            ) : (
              <IconAlertTriangle size={16} aria-label="Warning" />
            )}
            <span className={styles.sentence}>
              {problem.message} <span className={styles.soft}>{problem.fix}</span>
            </span>
            <span className={styles.fixes}>
              <Fixes invoice={invoice} problem={problem} mayEdit={mayEdit} />
            </span>
          </li>
        ))}
      </ul>
      {invoice.smallestTolerance !== null && (
        <p className={styles.tolerance}>
          Smallest tolerance that passes: <strong>${formatMoney(invoice.smallestTolerance)}</strong>
        </p>
      )}
    </section>
  );
}

function Fixes({ invoice, problem, mayEdit }: { invoice: Invoice; problem: Problem; mayEdit: boolean }) {
  const { session } = useRouteContext({ from: '/frame' });
  const field = fieldOf(problem);
  return (
    <>
      {problem.code === 'DUPLICATE' && <DuplicateChoices invoice={invoice} mayTakeOver />}
      {problem.code === 'BILL_DUPLICATE' && <DuplicateChoices invoice={invoice} mayTakeOver={false} />}
      {problem.code === 'DELETED_REMOTELY' && invoice.may.retry && (
        <DeletedChoices noun="invoice" onDecide={(choice) => decideDeleted(invoice.id, choice)} />
      )}
      {EDITED.includes(problem.code) && invoice.may.retry && (
        <EditedChoices noun="invoice" onDecide={(choice) => decideEdited(invoice.id, choice)} />
      )}
      {problem.code === 'PERIOD_LOCKED' && invoice.may.sendLocked && <SendLocked invoice={invoice} />}
      {problem.code === 'BEFORE_GO_LIVE' && invoice.may.sendEarly && <SendEarly invoice={invoice} />}
      {mayEdit && field !== null && (
        <Button size="compact-xs" variant="default" onClick={() => focusField(field)}>
          {jumpWords(field)}
        </Button>
      )}
      <ScreenFix problem={problem} isAdmin={hasRole(session, 'admin')} />
    </>
  );
}

const EDITED = ['REMOTE_EDITED', 'CONFLICT'];

/** Problems a setting can let pass, beside the place their catalogue entry names. */
const OPTION_FIXES = ['ROUNDING', 'TAX_TOTAL_DIFF', 'VENDOR_MISSING', 'TAX_OFF'];
const CODE_SETTING_FIXES = ['CODE_MISSING', 'TYPE_NOT_IN_PROCORE'];
const ACCOUNTING_FIXES = [
  'ACCOUNTING_NOT_CONNECTED',
  'ACCOUNTING_AUTH_EXPIRED',
  'MIXED_INVOICE_HELD',
  'GL_CODE_UNKNOWN',
  'TAX_TYPE_UNMAPPED',
  'TAX_TYPE_RATE_DIFF',
];

function ScreenFix({ problem, isAdmin }: { problem: Problem; isAdmin: boolean }): ReactNode {
  if (isAdmin && OPTION_FIXES.includes(problem.code)) {
    return <LinkButton to={{ to: '/settings', search: { tab: 'options' } }}>Open Options</LinkButton>;
  }
  if (isAdmin && CODE_SETTING_FIXES.includes(problem.code)) {
    return <LinkButton to={{ to: '/settings', search: { tab: 'procore' } }}>Open Create code settings</LinkButton>;
  }
  if (ACCOUNTING_FIXES.includes(problem.code)) {
    return <LinkButton to={{ to: '/settings', search: { tab: 'accounting' } }}>Open Accounting settings</LinkButton>;
  }
  switch (problem.where) {
    case 'tax-mapping':
      return (
        <LinkButton to={{ to: '/settings', search: { tab: 'procore', taxMappings: 'first' } }}>
          Open Tax mappings
        </LinkButton>
      );
    case 'settings':
      return <LinkButton to={{ to: '/settings', search: { tab: 'options' } }}>Open Settings</LinkButton>;
    case 'connection':
      return <LinkButton to={{ to: '/settings', search: { tab: 'procore' } }}>Open Connection settings</LinkButton>;
    case 'projects':
      return <LinkButton to={{ to: '/fetch' }}>Open Fetch</LinkButton>;
    case 'vendors':
      return <LinkButton to={{ to: '/vendors' }}>Open Vendors</LinkButton>;
    case 'cost-codes':
      return <LinkButton to={{ to: '/cost-codes' }}>Open Cost codes</LinkButton>;
    default:
      return null;
  }
}

function LinkButton({ to, children }: { to: LinkProps; children: string }) {
  return (
    <Button size="compact-xs" variant="default" renderRoot={(root) => <Link {...to} {...root} />}>
      {children}
    </Button>
  );
}

const FIELD_WORDS: Record<string, string> = {
  supplier: 'Go to the supplier',
  number: 'Go to the number',
  date: 'Go to the date',
  total: 'Go to the total',
  tax: 'Go to the GST',
};

function jumpWords(field: string): string {
  const [, line] = /^line-(\d+)/.exec(field) ?? [];
  return line === undefined ? (FIELD_WORDS[field] ?? 'Go to the field') : `Go to line ${line}`;
}
