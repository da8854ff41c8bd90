/** What is known of a company and its allowance when its comparisons with Procore are planned. */
export interface SweepFacts {
  /** calls an hour as Procore last said; null before it said anything */
  hourlyLimit: number | null;
  /** companies that share the allowance */
  companies: number;
  /** monitored projects */
  projects: number;
  /** calls to read one project whole, as measured; null before the first */
  callsPerProject: number | null;
  /** calls of one look for changes, as measured; null before the first */
  callsPerLook: number | null;
  /** calls to compare the company's own lists, as measured; null before the first */
  callsForLists: number | null;
  /** settings */
  changesEveryMinutes: number;
  sweepEveryHours: number;
}

/** How often a company is compared with Procore so that all of it takes at most a quarter of the allowance. */
export interface SweepPlan {
  /** calls an hour all comparisons of the company may take */
  callsPerHour: number;
  /** minutes between two looks for changes; more than the setting when the allowance is small */
  changesEveryMinutes: number;
  /** hours between the starts of two full comparisons */
  sweepEveryHours: number;
  /** how long one full comparison takes */
  sweepMinutes: number;
  /** projects whose commitments one look asks; the next look goes on with others */
  projectsPerLook: number;
  /** calls a project is reckoned with */
  callsPerProject: number;
  /** projects compared before the next wait, and that wait */
  projectsPerBatch: number;
  batchEveryMinutes: number;
  /** whether the allowance is too small for what the settings ask */
  isStretched: boolean;
}

/** The part of the hourly allowance that comparing may take. */
const SHARE = 1 / 4;
/** Of that part, what looking for changes may take; the rest is for full comparisons. */
const LOOKS = 1 / 2;
/** Calls an hour before Procore said how many it allows; the smallest its documents show (contract section 1.8). */
const UNTOLD_LIMIT = 600;
const CALLS_PER_PROJECT = 5;
const CALLS_PER_LOOK = 4;
const CALLS_FOR_LISTS = 10;
/** Purchase orders, subcontracts and change orders of one project: a list each. */
const CALLS_PER_PROJECT_LOOK = 3;
/** Of what looks may take, what commitments may; the rest is for the company's lists and for reading what changed. */
const COMMITMENTS = 1 / 2;
const BATCH = 50;

/**
 * Plans a company's comparisons within a quarter of the hourly allowance: intervals stretch, and the projects of a full
 * comparison are spread over as many hours as it takes.
 */
export function planSweeps(facts: SweepFacts): SweepPlan {
  const callsPerHour = ((facts.hourlyLimit ?? UNTOLD_LIMIT) * SHARE) / Math.max(1, facts.companies);
  const perLook = Math.max(1, facts.callsPerLook ?? CALLS_PER_LOOK);
  const perProject = Math.max(1, facts.callsPerProject ?? CALLS_PER_PROJECT);
  const changesEveryMinutes = Math.max(facts.changesEveryMinutes, Math.ceil((60 * perLook) / (callsPerHour * LOOKS)));
  const callsPerWishedLook = callsPerHour * LOOKS * COMMITMENTS * (facts.changesEveryMinutes / 60);
  const forSweeps = callsPerHour - (60 / changesEveryMinutes) * perLook;
  const total = (facts.callsForLists ?? CALLS_FOR_LISTS) + facts.projects * perProject;
  const sweepMinutes = Math.ceil((60 * total) / forSweeps);
  const projectsPerBatch = Math.min(BATCH, Math.max(1, Math.floor(forSweeps / perProject)));
  const sweepEveryHours = Math.max(facts.sweepEveryHours, Math.ceil(sweepMinutes / 60));
  return {
    callsPerHour: Math.floor(callsPerHour),
    changesEveryMinutes,
    sweepEveryHours,
    sweepMinutes,
    projectsPerLook: Math.max(1, Math.floor(callsPerWishedLook / CALLS_PER_PROJECT_LOOK)),
    callsPerProject: perProject,
    projectsPerBatch,
    batchEveryMinutes: (60 * projectsPerBatch * perProject) / forSweeps,
    isStretched: changesEveryMinutes > facts.changesEveryMinutes || sweepEveryHours > facts.sweepEveryHours,
  };
}
