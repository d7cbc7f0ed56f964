export { createCollector } from './collector.js';
export type {
  CollectedEvent,
  CollectedRequest,
  Collector,
  CollectorCondition,
  CollectorOptions,
  CollectorSession,
  CollectorWaitOptions,
  Fault,
} from './collector.types.js';
export type { FakeClock } from './fake-clock.js';
export { fakeClock, settled } from './fake-clock.js';
export type { FakePage } from './fake-page.js';
export { fakePage } from './fake-page.js';
export { fakeTabs } from './fake-tabs.js';
export type { FakeAnswer, FakeRequest, FakeTransport } from './fake-transport.js';
export { fakeTransport } from './fake-transport.js';
export type { EventsRulesOptions, EventsVerdict } from './insights-rules.js';
export { checkEventsBody } from './insights-rules.js';
export type { TestOptions } from './test-options.js';
export { testOptions } from './test-options.js';
