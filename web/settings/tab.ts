import type { SettingsDraft, Stored } from './draft.ts';

/** What each tab gets: what is stored, what would be saved, and a way to change that. */
export interface TabProps {
  stored: Stored;
  draft: SettingsDraft;
  setDraft: (change: (draft: SettingsDraft) => SettingsDraft) => void;
  /** everyone sees the settings, an administrator changes them */
  mayChange: boolean;
}
