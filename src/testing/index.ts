export * from './collector.js';
export { type FakeClock, fakeClock, settled } from './fake-clock.js';
export { type FakePage, fakePage } from './fake-page.js';
export { type FakeAnswer, type FakeRequest, type FakeTransport, fakeTransport } from './fake-transport.js';
export * from './insights-rules.js';
