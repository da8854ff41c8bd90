import type { ContractCheck } from '../contract/check.ts';
import type { Simulator, Size } from '../engine/simulator.ts';

/** What the control API and its page work on. */
export interface ControlParts {
  sim: Simulator;
  contract: ContractCheck | null;
  internalKey: string;
  reset: (seed: number, size: Size) => void;
  url: () => string;
  seed: number;
  size: Size;
}
