import { describe } from 'vitest';
import type { Engine } from './harness/engine.types.js';
import { type Stage, useStage } from './harness/stage.js';
import { type TopicTitle, topicTitles } from './support.js';
import { dropIn } from './topics/drop-in.js';
import { exampleApp } from './topics/example-app.js';
import { identity } from './topics/identity.js';
import { offline } from './topics/offline.js';
import { outages } from './topics/outages.js';
import { pageExit } from './topics/page-exit.js';
import { pageReturn } from './topics/page-return.js';
import { privacy } from './topics/privacy.js';
import { story } from './topics/story.js';
import { tabs } from './topics/tabs.js';

const topics: Readonly<Record<TopicTitle, (stage: Stage) => void>> = {
  'The story of a visit': story,
  'Login and logout': identity,
  'Tabs agree': tabs,
  'Page exits': pageExit,
  Outages: outages,
  'Offline and reopened': offline,
  'Back-forward cache': pageReturn,
  'The drop-in': dropIn,
  'An example app': exampleApp,
  Privacy: privacy,
};

/** Runs every topic in one engine. */
export function runSuite(engine: Engine): void {
  const stage = useStage(engine);
  for (const title of topicTitles) describe(title, () => topics[title](stage));
}
