import { execFile } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { type Browser, chromium, type Page } from 'playwright-core';
import ts from 'typescript';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findBrowser } from '../../scripts/ensure-browser.mjs';
import { entries } from '../../scripts/entries.mjs';
import { violationsOf } from '../support/axe.js';
import { root } from './support/guide.js';
import { serveSite } from './support/serve-site.js';

const dist = join(root, 'docs/.vitepress/dist');

let site: Awaited<ReturnType<typeof serveSite>>;
let browser: Browser;
let origin: string;
/** Every page of the site, by its path. */
let pages: Map<string, string>;

beforeAll(async () => {
  await promisify(execFile)('npm', ['run', 'docs:build'], { cwd: root });
  const files = readdirSync(dist, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.html'));
  pages = new Map(files.sort().map((name) => [`/${name}`, readFileSync(join(dist, name), 'utf8')]));
  site = await serveSite(dist);
  origin = site.origin;
  browser = await chromium.launch({ executablePath: findBrowser()!, args: ['--no-sandbox'] });
}, 600_000);
afterAll(async () => {
  await browser?.close();
  await site?.close();
});

async function open(path: string, { width = 1280, colorScheme = 'light' as 'light' | 'dark' } = {}): Promise<Page> {
  const page = await browser.newPage({ viewport: { width, height: 800 }, colorScheme });
  const problems: string[] = [];
  page.on('console', (message) => message.type() === 'error' && problems.push(message.text()));
  page.on('request', (request) => request.url().startsWith(origin) || problems.push(request.url()));
  await page.goto(origin + path);
  await page.waitForLoadState('networkidle');
  expect(problems.filter((url) => !url.startsWith('data:'))).toEqual([]);
  return page;
}

const idsIn = (html: string) => new Set([...html.matchAll(/ id="([^"]+)"/g)].map(([, id]) => decode(id!)));
const decode = (text: string) => text.replaceAll('&amp;', '&').replaceAll('&#39;', "'").replaceAll('&quot;', '"');

/** Links and sources of a page that lead nowhere on the site. */
function brokenLinks(path: string, html: string): string[] {
  const links = [...html.matchAll(/ (?:href|src)="([^"]*)"/g)].map(([, link]) => decode(link!));
  return links.filter((link) => {
    const url = new URL(link, `http://site${path}`);
    if (url.host !== 'site') return false;
    const target = url.pathname.endsWith('/') ? `${url.pathname}index.html` : url.pathname;
    const page = pages.get(target) ?? pages.get(`${target}.html`);
    if (!page) return !existsSync(join(dist, decodeURIComponent(target)));
    return url.hash.length > 1 && !idsIn(page).has(decodeURIComponent(url.hash.slice(1)));
  });
}

/** The names that an entry exports, types included, each with its docstring. */
function exportsOf(): Map<string, { readonly name: string; readonly docstring: string }[]> {
  const files = Object.entries(entries).map(([entry, source]) => [entry, join(root, source)] as const);
  const config = ts.readConfigFile(join(root, 'tsconfig.json'), ts.sys.readFile);
  const { options } = ts.parseJsonConfigFileContent(config.config, ts.sys, root);
  const program = ts.createProgram(
    files.map(([, file]) => file),
    options,
  );
  const checker = program.getTypeChecker();
  const resolved = (symbol: ts.Symbol) =>
    symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol;
  return new Map(
    files.map(([entry, file]) => {
      const module = checker.getSymbolAtLocation(program.getSourceFile(file)!)!;
      const names = checker.getExportsOfModule(module).map((symbol) => ({
        name: symbol.name,
        docstring: ts.displayPartsToString(resolved(symbol).getDocumentationComment(checker)),
      }));
      return [entry, names];
    }),
  );
}

describe('the documentation site', () => {
  it('has a page for every guide and every entry', () => {
    const guides = readdirSync(join(root, 'docs')).filter((name) => name.endsWith('.md'));
    const wanted = [
      ...guides.map((name) => `/${name.replace(/md$/, 'html')}`),
      ...Object.keys(entries).map((entry) => `/api/usertoken${entry === 'index' ? '' : `-${entry}`}.html`),
    ];
    expect(wanted.filter((path) => !pages.has(path))).toEqual([]);
    expect(wanted.length).toBeGreaterThan(20);
  });

  it('has no link and no picture that leads nowhere', () => {
    const broken = [...pages].flatMap(([path, html]) => brokenLinks(path, html).map((link) => `${path}: ${link}`));
    expect(broken).toEqual([]);
  });

  it('would be found to have some', () => {
    const html = '<a href="/none.html"></a><a href="/states.html#nowhere"></a><img src="/none.png"><a href="/states">';
    expect(brokenLinks('/index.html', html)).toEqual(['/none.html', '/states.html#nowhere', '/none.png']);
  });

  it('leads to every page from the menu of the first one', () => {
    const linked = [...pages.get('/index.html')!.matchAll(/ href="([^"#]+)"/g)].map(([, link]) => link);
    const others = [...pages.keys()].filter((path) => !['/404.html', '/index.html', '/api/index.html'].includes(path));
    expect(others.filter((path) => !linked.includes(path))).toEqual([]);
  });

  it('describes every public name of every entry', () => {
    const gaps = [...exportsOf()].flatMap(([entry, names]) => {
      const html = pages.get(`/api/usertoken${entry === 'index' ? '' : `-${entry}`}.html`)!;
      const headings = new Set(
        [...html.matchAll(/<h[23] id="[^"]*"[^>]*>(.*?) <a /g)].map(([, text]) => text!.replace(/<[^>]*>|\(\)/g, '')),
      );
      return names
        .filter(({ name, docstring }) => docstring.trim() === '' || !headings.has(name))
        .map(({ name }) => `${entry}: ${name}`);
    });
    expect(gaps).toEqual([]);
  });

  it('has the state diagrams as SVG, with every state of both machines', () => {
    const drawn = [...pages.get('/states.html')!.matchAll(/<svg xmlns[\s\S]*?<\/svg>/g)].map(([svg]) => svg);
    const states = ['anonymous', 'identified', 'loggedOut', 'pending', 'granted', 'denied'];
    const sending = ['idle', 'awaitingConsent', 'collecting', 'sending', 'backingOff', 'offline', 'unauthorized'];
    const [identity, delivery] = drawn.filter((svg) => svg.includes('State diagram'));
    for (const name of states) expect(identity).toContain(`class="title" xml:space="preserve">${name}<`);
    for (const name of sending) expect(delivery).toContain(`class="title" xml:space="preserve">${name}<`);
    expect(identity).toContain('identity.login');
  });

  it('finds words of the guides and of the API, with nothing but its own files', async () => {
    const page = await open('/index.html');
    await page.getByRole('button', { name: 'Search' }).click();
    for (const [word, path] of [
      ['keepalive', '/delivery'],
      ['widestDomain', '/api/usertoken'],
    ] as const) {
      await page.locator('#localsearch-input').fill(word);
      await page.locator(`#localsearch-list a[href^="${path}"]`).first().waitFor();
    }
    await page.close();
  });

  it('fits on a phone, every page of it', async () => {
    const page = await open('/index.html', { width: 360 });
    const wide: string[] = [];
    for (const path of pages.keys()) {
      await page.goto(origin + path);
      const width = await page.evaluate(() => document.documentElement.scrollWidth);
      if (width > 360) wide.push(`${path}: ${width}`);
    }
    expect(wide).toEqual([]);
    await page.close();
  });

  it('is accessible, every page of it', async () => {
    const page = await open('/index.html');
    const violations: string[] = [];
    for (const path of pages.keys()) {
      await page.goto(origin + path);
      violations.push(...(await violationsOf(page)).map((violation) => `${path}: ${violation}`));
    }
    expect(violations).toEqual([]);
    await page.close();
  }, 600_000);

  it.each([
    [360, 'light'],
    [360, 'dark'],
    [1280, 'dark'],
  ] as const)('is accessible at %i pixels, %s', async (width, colorScheme) => {
    for (const path of [
      '/index.html',
      '/states.html',
      '/delivery.html',
      '/collector.html',
      '/api/usertoken-vue.html',
    ]) {
      const page = await open(path, { width, colorScheme });
      expect(await violationsOf(page)).toEqual([]);
      await page.close();
    }
  });
});
