import { invariant } from '../../engine/index.js';
import { EPISODE_SETTINGS } from '../../forecast/episode.js';
import { parseScenario } from '../../scenario/index.js';
import type { Session } from './plan.js';
import { runSession, type SessionResult } from './session.js';

/** All that a worker needs to run one session of episodes. Plain data. */
export interface SessionTask {
  readonly settingName: string;
  readonly text: string;
  readonly fileName: string;
  readonly session: Session;
  readonly seed: string;
}

/** Runs one session; in a worker thread or in the calling one. */
export default function runTask({ settingName, text, fileName, session, seed }: SessionTask): SessionResult {
  const setting = EPISODE_SETTINGS.find(({ name }) => name === settingName);
  const parsed = parseScenario(text, fileName, {});
  invariant(setting !== undefined && parsed.ok, 'a session needs a setting and a sound scenario', { settingName });
  return runSession(parsed.scenario, setting, session, seed);
}
