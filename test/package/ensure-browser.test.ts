import { execFileSync, spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { decide, findBrowser } from '../../scripts/ensure-browser.mjs';

const none = { browser: undefined, configured: undefined, hasApt: true, isRoot: true };
const aptInstall = ['apt-get', 'install', '--yes', '--no-install-recommends', 'chromium'];

describe('findBrowser', () => {
  const existing =
    (...paths: string[]) =>
    (path: string) =>
      paths.includes(path);

  test('prefers CHROMIUM_PATH to the PATH', () => {
    const exists = existing('/opt/mine', '/usr/bin/chromium');
    expect(findBrowser({ env: { CHROMIUM_PATH: '/opt/mine', PATH: '/usr/bin' }, exists })).toBe('/opt/mine');
  });

  test('finds nothing when CHROMIUM_PATH names no file', () => {
    const exists = existing('/usr/bin/chromium');
    expect(findBrowser({ env: { CHROMIUM_PATH: '/opt/gone', PATH: '/usr/bin' }, exists })).toBeUndefined();
  });

  test('prefers Chromium to Chrome, wherever on the PATH it is', () => {
    const exists = existing('/a/google-chrome', '/b/chromium');
    expect(findBrowser({ env: { PATH: '/a:/b' }, exists })).toBe('/b/chromium');
    expect(findBrowser({ env: { PATH: '/a' }, exists })).toBe('/a/google-chrome');
  });

  test('finds nothing on a PATH without a browser, or without a PATH', () => {
    expect(findBrowser({ env: { PATH: '/a' }, exists: () => false })).toBeUndefined();
    expect(findBrowser({ env: {}, exists: () => false })).toBeUndefined();
  });
});

describe('decide', () => {
  test('is ready when there is a browser', () => {
    const browser = '/usr/bin/chromium';
    expect(decide({ ...none, browser })).toEqual({ kind: 'ready', browser });
    expect(decide({ ...none, browser, isRoot: false, hasApt: false })).toEqual({ kind: 'ready', browser });
  });

  test('installs it for root on Debian, after an update of the package lists', () => {
    expect(decide(none)).toEqual({ kind: 'install', commands: [['apt-get', 'update'], aptInstall] });
  });

  test('names the exact command to another user on Debian', () => {
    const decision = decide({ ...none, isRoot: false });
    expect(decision).toMatchObject({ kind: 'fail' });
    expect(decision).toHaveProperty(
      'message',
      expect.stringContaining(`sudo apt-get update && sudo ${aptInstall.join(' ')}`),
    );
  });

  test('without apt names what to install and CHROMIUM_PATH', () => {
    const message = expect.stringMatching(/Install Chromium or Chrome.*CHROMIUM_PATH/);
    expect(decide({ ...none, hasApt: false })).toEqual({ kind: 'fail', message });
  });

  test('reports a wrong CHROMIUM_PATH instead of installing another browser', () => {
    const message = 'CHROMIUM_PATH names /opt/gone, and there is no such file.';
    expect(decide({ ...none, configured: '/opt/gone' })).toEqual({ kind: 'fail', message });
  });
});

describe('the script', () => {
  const script = fileURLToPath(new URL('../../scripts/ensure-browser.mjs', import.meta.url));
  const run = (CHROMIUM_PATH: string) =>
    spawnSync(process.execPath, [script], { encoding: 'utf8', env: { ...process.env, CHROMIUM_PATH } });

  test('ends with code 0 and no output when the browser is there', () => {
    const result = run(process.execPath);
    expect(result).toMatchObject({ status: 0, stdout: '', stderr: '' });
  });

  test('ends with code 1 and one sentence when it can do nothing', () => {
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
