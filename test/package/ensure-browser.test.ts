import { execFileSync, spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { decide, findBrowser } from '../../scripts/ensure-browser.mjs';

const none = { browser: undefined, configured: undefined, hasApt: true, isRoot: true };
const aptInstall = ['apt-get', 'install', '--yes', '--no-install-recommends', 'chromium'];

describe('finding the browser', () => {
  const existing =
    (...paths: string[]) =>
    (path: string) =>
      paths.includes(path);

  test('CHROMIUM_PATH wins over what is on the PATH', () => {
    const exists = existing('/opt/mine', '/usr/bin/chromium');
    expect(findBrowser({ env: { CHROMIUM_PATH: '/opt/mine', PATH: '/usr/bin' }, exists })).toBe('/opt/mine');
  });

  test('a CHROMIUM_PATH without a file is not replaced by another browser', () => {
    const exists = existing('/usr/bin/chromium');
    expect(findBrowser({ env: { CHROMIUM_PATH: '/opt/gone', PATH: '/usr/bin' }, exists })).toBeUndefined();
  });

  test('Chromium is preferred to Chrome wherever on the PATH it is', () => {
    const exists = existing('/a/google-chrome', '/b/chromium');
    expect(findBrowser({ env: { PATH: '/a:/b' }, exists })).toBe('/b/chromium');
    expect(findBrowser({ env: { PATH: '/a' }, exists })).toBe('/a/google-chrome');
  });

  test('nothing is found where nothing is, an empty PATH included', () => {
    expect(findBrowser({ env: { PATH: '/a' }, exists: () => false })).toBeUndefined();
    expect(findBrowser({ env: {}, exists: () => false })).toBeUndefined();
  });
});

describe('deciding', () => {
  test('a browser that is there is enough, whoever runs the tests', () => {
    const browser = '/usr/bin/chromium';
    expect(decide({ ...none, browser })).toEqual({ kind: 'ready', browser });
    expect(decide({ ...none, browser, isRoot: false, hasApt: false })).toEqual({ kind: 'ready', browser });
  });

  test('root on Debian gets it installed, after an update of the package lists', () => {
    expect(decide(none)).toEqual({ kind: 'install', commands: [['apt-get', 'update'], aptInstall] });
  });

  test('anyone else on Debian is told the exact command', () => {
    const decision = decide({ ...none, isRoot: false });
    expect(decision).toMatchObject({ kind: 'fail' });
    expect(decision).toHaveProperty(
      'message',
      expect.stringContaining(`sudo apt-get update && sudo ${aptInstall.join(' ')}`),
    );
  });

  test('without apt the message says what to install and how to name it', () => {
    const message = expect.stringMatching(/Install Chromium or Chrome.*CHROMIUM_PATH/);
    expect(decide({ ...none, hasApt: false })).toEqual({ kind: 'fail', message });
  });

  test('a wrong CHROMIUM_PATH is reported and never papered over by an installation', () => {
    const message = 'CHROMIUM_PATH names /opt/gone, and there is no such file.';
    expect(decide({ ...none, configured: '/opt/gone' })).toEqual({ kind: 'fail', message });
  });
});

describe('the script', () => {
  const script = fileURLToPath(new URL('../../scripts/ensure-browser.mjs', import.meta.url));
  const run = (CHROMIUM_PATH: string) =>
    spawnSync(process.execPath, [script], { encoding: 'utf8', env: { ...process.env, CHROMIUM_PATH } });

  test('ends with 0 and says nothing when the browser is there', () => {
    const result = run(process.execPath);
    expect(result).toMatchObject({ status: 0, stdout: '', stderr: '' });
  });

  test('ends with 1 and one sentence when it can do nothing', () => {
    const result = run('/nowhere/chromium');
    expect(result).toMatchObject({ status: 1, stdout: '' });
    expect(result.stderr).toBe('CHROMIUM_PATH names /nowhere/chromium, and there is no such file.\n');
  });

  test('does nothing when it is imported', () => {
    const code = `await import(${JSON.stringify(script)})`;
    const env = { ...process.env, CHROMIUM_PATH: '/nowhere/chromium' };
    expect(execFileSync(process.execPath, ['--input-type=module', '-e', code], { encoding: 'utf8', env })).toBe('');
  });
});
