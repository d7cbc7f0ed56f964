import { afterEach, describe, expect, it, vi } from 'vitest';
import type { Warning } from '../src/options.types.js';
import { createWarnings } from '../src/warnings.js';

afterEach(() => void vi.restoreAllMocks());

function warningsOf() {
  const posted: Warning[] = [];
  return { posted, ...createWarnings((warning) => posted.push(warning)) };
}

describe('a warning', () => {
  it('has a code and a sentence that links to its heading', () => {
    const { post, posted } = warningsOf();
    post('api-unreachable');
    expect(posted).toEqual([
      { code: 'api-unreachable', message: expect.stringMatching(/^usertoken: .+#api-unreachable$/) },
    ]);
  });

  it('is posted once, and again for another detail', () => {
    const { post, posted } = warningsOf();
    for (const field of ['index', 'index', 'value', 'index']) post('event-suspect', field);
    expect(posted.map(({ message }) => /"(\w+)"/.exec(message)![1])).toEqual(['index', 'value']);
  });

  it('goes to the console where nobody listens', () => {
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => {});
    const { post } = createWarnings();
    post('api-unreachable');
    post('api-unreachable');
    expect(warn.mock.calls).toEqual([[expect.stringMatching(/^usertoken: /)]]);
  });

  it('throws nothing where its listener does, and is not repeated', () => {
    const listener = vi.fn(() => {
      throw new Error('listener');
    });
    const { post } = createWarnings(listener);
    expect(() => post('api-unreachable')).not.toThrow();
    post('api-unreachable');
    expect(listener).toHaveBeenCalledOnce();
  });
});

describe('the warning of an error in code of the application', () => {
  it.each([
    [new TypeError('u1 is logged in'), 'TypeError'],
    ['u1', 'string'],
    [undefined, 'undefined'],
  ])('names the kind of %s and none of its text', (error, kind) => {
    const { postError, posted } = warningsOf();
    postError(error);
    expect(posted).toMatchObject([{ code: 'error-contained', message: expect.stringContaining(`(${kind})`) }]);
    expect(posted[0]!.message).not.toContain('u1');
  });
});
