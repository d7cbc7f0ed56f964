import { readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { describe, expect, it } from 'vitest';
import { readCollectorArguments } from '../../src/cli/collector-options.js';
import { useCommand, view } from './support/command.js';

const command = useCommand();

describe('npx usertoken', () => {
  it.each([[[]], [['--help']]])('tells its commands when it is called with %j', async (args) => {
    const run = command.run(...args);
    expect(await run.exitCode).toBe(0);
    expect(run.out()).toContain('collector');
    expect(run.err()).toBe('');
  });

  it('tells every option of the collector, and listens on nothing', async () => {
    const run = command.run('collector', '--help');
    expect(await run.exitCode).toBe(0);
    const source = readFileSync(new URL('../../src/cli/collector-options.ts', import.meta.url), 'utf8');
    const options = [...source.matchAll(/^ {6}'?([a-z-]+)'?: \{ type/gm)].map(([, name]) => `--${name}`);
    expect(options.length).toBe(16);
    for (const option of options) expect(run.out()).toMatch(new RegExp(`^  ${option}\\b`, 'm'));
  });

  it.each([
    [['colector'], "there is no command 'colector'"],
    [['collector', '--prot', '1'], "Unknown option '--prot'"],
  ])('says what is wrong with %j, and how it is called', async (args, message) => {
    const run = command.run(...args);
    expect(await run.exitCode).toBe(2);
    expect(run.err()).toContain(message);
    expect(run.err()).toContain('npx usertoken');
    expect(run.err()).not.toContain('    at ');
    expect(run.out()).toBe('');
  });

  it.each([
    [['here'], 'Unexpected argument'],
    [['--port'], "Option '--port <value>' argument missing"],
    [['--port', '70000'], "--port must be a whole number from 1 to 65535, not '70000'"],
    [['--status', 'down'], "--status must be a whole number from 200 to 599, not 'down'"],
    [['--delay', '-1'], "Option '--delay' argument is ambiguous"],
    [['--times', '3'], '--times needs an option that says which fault'],
  ])('does not take the arguments %j', (args, message) => {
    expect(() => readCollectorArguments(args)).toThrow(message);
  });

  it('fails when the port it was told to use is taken', async () => {
    const other = createServer();
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
    const { port } = other.address() as { port: number };
    const run = command.run('collector', '--port', String(port));
    expect(await run.exitCode).toBe(1);
    expect(run.err()).toBe(`usertoken: port ${port} is taken. Leave --port out to get a free one.\n`);
    await new Promise((resolve) => other.close(resolve));
  });

  it('ends when it is asked to, while a request hangs and a timeline listens', async () => {
    const collector = await command.collector('--hang');
    const timeline = await fetch(`${collector.origin}/collected/changes`);
    const hanging = collector.post(view('u1'));
    await timeline.body!.getReader().read();
    await expect.poll(async () => (await collector.collected()).requests.length).toBe(1);
    collector.process.kill('SIGTERM');
    expect(await collector.exitCode).toBe(0);
    expect(await hanging).toBe(0);
  });
});

describe('GET /collected', () => {
  it('has accepted events, and every request with what it brought and which rule it broke', async () => {
    const { post, collected } = command.shared();
    expect(await post(view('u1'), view('u2'))).toBe(200);
    expect(await post(view('u1'), view('jane@example.com'))).toBe(422);
    const { events, requests, fault } = await collected();
    expect(events.map(({ userToken, event }) => [userToken, event.eventName])).toEqual([
      ['u1', 'Product Seen'],
      ['u2', 'Product Seen'],
    ]);
    expect(requests).toMatchObject([
      { status: 200, accepted: 2, sent: [view('u1'), view('u2')], isFaulted: false },
      { status: 422, accepted: 0, sent: [{}, { userToken: 'jane@example.com' }], isFaulted: false },
    ]);
    expect(requests[0]).not.toHaveProperty('message');
    expect(requests[1]?.message).toContain('userToken');
    expect(fault).toBeNull();
  });

  it('waits for as many events as it is told', async () => {
    const { post, collected } = command.shared();
    const waiting = collected('?events=2');
    await post(view('u1'));
    await post(view('u2'));
    expect((await waiting).events).toHaveLength(2);
  });

  it('answers 504 and what was there when they do not come', async () => {
    const { post, origin } = command.shared();
    await post(view('u1'));
    const answer = await fetch(`${origin}/collected?events=2&timeoutMs=1`);
    expect(answer.status).toBe(504);
    expect(await answer.json()).toMatchObject({ message: expect.stringContaining('1 (view "Product Seen" by u1)') });
  });

  it('refuses a count that is none', async () => {
    const { origin } = command.shared();
    expect((await fetch(`${origin}/collected?events=all`)).status).toBe(400);
  });

  it('can be emptied', async () => {
    const { post, collected, origin } = command.shared();
    await post(view('u1'));
    expect((await fetch(`${origin}/collected`, { method: 'DELETE' })).status).toBe(204);
    expect(await collected()).toMatchObject({ events: [], requests: [] });
  });

  it('is not for pages of other origins, and shows no API key', async () => {
    const { post, origin } = command.shared();
    await post(view('u1'));
    const answer = await fetch(`${origin}/collected`, { headers: { origin: 'https://elsewhere.example' } });
    expect(answer.headers.get('access-control-allow-origin')).toBeNull();
    const text = await answer.text();
    expect(text).toContain('u1');
    expect(text).not.toContain('secret-key');
  });
});

describe('a session, /s/<name>/', () => {
  it('has what was sent to it, a fault and a reset of its own', async () => {
    const { origin, post, collected } = command.shared();
    const [one, two] = ['a', 'b'].map((name) => `${origin}/s/${name}`);
    const send = async (session: string) => {
      const url = `${session}/1/events?X-Algolia-Application-Id=app&X-Algolia-API-Key=secret-key`;
      return (await fetch(url, { method: 'POST', body: JSON.stringify({ events: [view('u1')] }) })).status;
    };
    const countIn = async (session: string) => (await (await fetch(`${session}/collected`)).json()).events.length;
    await fetch(`${one}/fault`, { method: 'PUT', body: '{"status":503,"times":1}' });
    expect([await send(one!), await send(two!), await send(one!), await post(view('u2'))]).toEqual([
      503, 200, 200, 200,
    ]);
    expect([await countIn(one!), await countIn(two!), (await collected()).events.length]).toEqual([1, 1, 1]);
    await fetch(`${one}/collected`, { method: 'DELETE' });
    expect([await countIn(one!), await countIn(two!), (await collected()).events.length]).toEqual([0, 1, 1]);
  });

  it('has a timeline of its own', async () => {
    const { origin } = command.shared();
    const answer = await fetch(`${origin}/s/a`);
    expect([answer.url, answer.headers.get('content-type')]).toEqual([`${origin}/s/a/`, 'text/html; charset=utf-8']);
    const html = await answer.text();
    for (const address of html.matchAll(/(?:href|src)="([^"]+)"/g)) {
      if (address[1]!.startsWith('data:')) continue;
      expect((await fetch(new URL(address[1]!, answer.url))).status).toBe(200);
    }
  });
});

describe('every path', () => {
  it.each([
    ['/', 'HEAD, GET'],
    ['/timeline.css', 'HEAD, GET'],
    ['/collected', 'HEAD, GET, DELETE'],
    ['/collected/changes', 'HEAD, GET'],
    ['/fault', 'PUT, DELETE'],
    ['/s/a/collected', 'HEAD, GET, DELETE'],
  ])('answers %s as an HTTP server does', async (path, allow) => {
    const { origin } = command.shared();
    const ask = (method: string) => fetch(origin + path, { method });
    const [refused, options, head] = await Promise.all(['PATCH', 'OPTIONS', 'HEAD'].map(ask));
    expect([refused!.status, refused!.headers.get('allow')]).toEqual([405, allow]);
    expect([options!.status, options!.headers.get('allow')]).toEqual([204, allow]);
    expect(options!.headers.get('access-control-allow-origin')).toBeNull();
    expect([head!.status, await head!.text()]).toEqual([allow.startsWith('HEAD') ? 200 : 405, '']);
  });
});

describe('a fault', () => {
  it('is set by options, and ends after as many requests as it is told', async () => {
    const { post, collected, out } = await command.collector('--status', '503', '--retry-after', '7', '--times', '2');
    expect(out()).toContain('{"status":503,"retryAfter":"7","times":2}');
    expect([await post(view('u1')), await post(view('u1')), await post(view('u1'))]).toEqual([503, 503, 200]);
    const { fault, requests } = await collected();
    expect(fault).toBeNull();
    expect(requests.map(({ isFaulted, accepted, sent }) => [isFaulted, accepted, sent.length])).toEqual([
      [true, 0, 1],
      [true, 0, 1],
      [false, 1, 1],
    ]);
  });

  it.each([
    ['--status 401', { status: 401 }],
    ['--drop', { drop: true }],
    ['--drop-after-accept --times 1', { dropAfterAccept: true, times: 1 }],
    ['--hang', { hang: true }],
    ['--delay 20', { delayMs: 20 }],
    ['--body none', { body: 'none' }],
    ['--retry-after 3 --hide-retry-after', { retryAfter: '3', exposeRetryAfter: false }],
    ['--no-cors', { cors: false }],
    ['--quiet', undefined],
  ])('is read from %s', (args, fault) => {
    expect(readCollectorArguments(args.split(' ')).fault).toEqual(fault);
  });

  it('that loses only the answer keeps the events', async () => {
    const { post, collected } = await command.collector('--drop-after-accept');
    expect(await post(view('u1'))).toBe(0);
    expect((await collected()).requests).toMatchObject([{ status: 0, accepted: 1, isFaulted: true }]);
  });

  it('without CORS holds for preflights too, and ends as any other', async () => {
    const { post, collected, origin } = await command.collector('--no-cors', '--times', '2');
    const preflight = await fetch(`${origin}/1/events`, { method: 'OPTIONS' });
    expect(preflight.headers.get('access-control-allow-origin')).toBeNull();
    expect([await post(view('u1')), await post(view('u1'))]).toEqual([503, 200]);
    expect((await collected()).requests.at(-1)).toMatchObject({ accepted: 1, sent: [view('u1')] });
  });

  it('can be set and ended while the collector runs', async () => {
    const { post, collected, origin } = command.shared();
    const put = (body: string) => fetch(`${origin}/fault`, { method: 'PUT', body });
    expect((await put('{"status":401}')).status).toBe(204);
    expect((await collected()).fault).toEqual({ status: 401 });
    expect(await post(view('u1'))).toBe(401);
    await fetch(`${origin}/fault`, { method: 'DELETE' });
    expect(await post(view('u1'))).toBe(200);
  });

  it('that can not be is refused with the reason', async () => {
    const { origin } = command.shared();
    const reasons = {
      nothing: 'the body must be JSON',
      '[]': 'the body must be a fault, such as {"status":503}',
      '{"stattus":503}': "a fault has no 'stattus'; it has retryAfter, status",
      '{"status":"503"}': 'status must be a number',
      '{"status":99}': 'status must be 200 to 599',
    };
    for (const [body, reason] of Object.entries(reasons)) {
      const answer = await fetch(`${origin}/fault`, { method: 'PUT', body });
      expect(answer.status).toBe(400);
      expect(await answer.json()).toMatchObject({ message: expect.stringContaining(reason) });
    }
  });
});

describe('the terminal', () => {
  it('gets a line for each request, without a token or the key', async () => {
    const { post, origin, out } = command.shared();
    await post(view('token-of-jane'));
    await fetch(`${origin}/1/usertokens/token-of-jane?x-algolia-application-id=app&x-algolia-api-key=secret-key`, {
      method: 'DELETE',
    });
    await expect
      .poll(out)
      .toMatch(/200 {2}POST \/1\/events {2}1 event\n.*204 {2}DELETE \/1\/usertokens\/… {2}0 events/);
    await fetch(`${origin}/s/a/1/events?x-algolia-application-id=app&x-algolia-api-key=secret-key`, {
      method: 'POST',
      body: JSON.stringify({ events: [view('token-of-jane')] }),
    });
    await expect.poll(out).toMatch(/200 {2}POST \/s\/a\/1\/events {2}1 event\n/);
    expect(out()).not.toMatch(/jane|secret/);
  });

  it('gets none when it is told to be quiet', async () => {
    const { post, collected, out } = await command.collector('--quiet');
    await post(view('u1'));
    await collected();
    expect(out()).not.toContain('POST');
  });
});
