import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { entries } from '../../scripts/entries.mjs';
import { violationsOf } from '../support/axe.js';
import { base } from './support/build-site.setup.js';
import { publicNames } from './support/exports.js';
import { root } from './support/guide.js';
import { launchChromium } from './support/run-in-browser.js';
import { serveSite } from './support/serve-site.js';

const folder = inject('site');
let server: Awaited<ReturnType<typeof serveSite>>;
let browser: Browser;
/** Every page of the site, by its path below the site's own. */
const pages = new Map(
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.html'))
    .sort()
    .map((name) => [`/${name}`, readFileSync(join(folder, name), 'utf8')]),
);

beforeAll(async () => {
  [server, browser] = await Promise.all([serveSite(folder, base), launchChromium()]);
});
afterAll(() => Promise.all([browser?.close(), server?.close()]));

const addressOf = (path: string) => server.origin + base + path.slice(1);

/** Opens a page that must ask for nothing but files of the site, and report no error. */
async function open(path: string, { width = 1280, colorScheme = 'light' as 'light' | 'dark' } = {}): Promise<Page> {
  const page = await browser.newPage({ viewport: { width, height: 800 }, colorScheme });
  const problems: string[] = [];
  page.on('console', (message) => message.type() === 'error' && problems.push(message.text()));
  page.on('request', (request) => request.url().startsWith(addressOf('/')) || problems.push(request.url()));
  await page.goto(addressOf(path));
  await page.waitForLoadState('networkidle');
  expect(problems.filter((url) => !url.startsWith('data:'))).toEqual([]);
  return page;
}

const decode = (text: string) => text.replaceAll('&amp;', '&').replaceAll('&#39;', "'").replaceAll('&quot;', '"');
const idsIn = (html: string) => new Set([...html.matchAll(/ id="([^"]+)"/g)].map(([, id]) => decode(id!)));
const pageOf = (entry: string) => `/api/usertoken${entry === 'index' ? '' : `-${entry.replace('/', '-')}`}.html`;

/** Links and sources of a page that lead nowhere on the site. */
function brokenLinks(path: string, html: string): string[] {
  const links = [...html.matchAll(/ (?:href|src)="([^"]*)"/g)].map(([, link]) => decode(link!));
  return links.filter((link) => {
    const url = new URL(link, `http://site${base}${path.slice(1)}`);
    if (url.host !== 'site') return false;
    if (!url.pathname.startsWith(base)) return true;
    const below = `/${url.pathname.slice(base.length)}`;
    const target = below.endsWith('/') ? `${below}index.html` : below;
    const page = pages.get(target) ?? pages.get(`${target}.html`);
    if (!page) return !existsSync(join(folder, decodeURIComponent(target)));
    return url.hash.length > 1 && !idsIn(page).has(decodeURIComponent(url.hash.slice(1)));
  });
}

describe('the documentation site', () => {
  it('has a page for every guide and every entry', () => {
    const guides = readdirSync(join(root, 'docs')).filter((name) => name.endsWith('.md'));
    const wanted = [...guides.map((name) => `/${name.replace(/md$/, 'html')}`), ...Object.keys(entries).map(pageOf)];
    expect(wanted.filter((path) => !pages.has(path))).toEqual([]);
    expect(wanted.length).toBeGreaterThan(20);
  });

  it('has no link and no picture that leads nowhere', () => {
    const broken = [...pages].flatMap(([path, html]) => brokenLinks(path, html).map((link) => `${path}: ${link}`));
    expect(broken).toEqual([]);
    const html = '<a href="none.html"></a><a href="states.html#nowhere"></a><img src="/none.png"><a href="states">';
    expect(brokenLinks('/index.html', html)).toEqual(['none.html', 'states.html#nowhere', '/none.png']);
  });

  it('links to every page from the menu of its first page', () => {
    const linked = [...pages.get('/index.html')!.matchAll(/ href="([^"#]+)"/g)].map(([, link]) =>
      link!.replace(base, '/'),
    );
    const others = [...pages.keys()].filter((path) => !['/404.html', '/index.html', '/api/index.html'].includes(path));
    expect(others.filter((path) => !linked.includes(path))).toEqual([]);
  });

  it.each(Object.entries(entries))('describes every public name of the entry %s', (entry, source) => {
    const headings = new Set(
      [...pages.get(pageOf(entry))!.matchAll(/<h[23] id="[^"]*"[^>]*>(.*?) <a /g)].map(([, text]) =>
        text!.replace(/<[^>]*>|\(\)/g, ''),
      ),
    );
    const names = publicNames(source).map(({ name }) => name);
    expect(names.filter((name) => !headings.has(name))).toEqual([]);
  });

  it('draws both state diagrams as SVG', () => {
    const drawn = [...pages.get('/states.html')!.matchAll(/<svg xmlns[\s\S]*?<\/svg>/g)].map(([svg]) => svg);
    expect(drawn.filter((svg) => svg.includes('State diagram'))).toHaveLength(2);
  });

  it('finds words of the guides and of the API in its search', async () => {
    const page = await open('/index.html');
    await page.getByRole('button', { name: 'Search', exact: true }).click();
    for (const [word, path] of [
      ['keepalive', 'delivery'],
      ['widestDomain', 'api/usertoken'],
    ] as const) {
      await page.locator('#localsearch-input').fill(word);
      await page.locator(`#localsearch-list a[href^="${base}${path}"]`).first().waitFor();
    }
    await page.close();
  });

  it('fits a phone and is accessible there, on every page', async () => {
    // Contrast takes the most time, and all pages have the same colours.
    const skipped = ['color-contrast'];
    const page = await open('/index.html', { width: 360 });
    const problems: string[] = [];
    for (const path of pages.keys()) {
      await page.goto(addressOf(path));
      const width = await page.evaluate(() => document.documentElement.scrollWidth);
      const violations = await violationsOf(page, skipped);
      problems.push(...(width > 360 ? [`${path}: ${width}`] : []), ...violations.map((text) => `${path}: ${text}`));
    }
    expect(problems).toEqual([]);
    await page.close();
  }, 600_000);

  it.each([
    [360, 'light'],
    [360, 'dark'],
    [1280, 'light'],
    [1280, 'dark'],
  ] as const)('is accessible at %i pixels, %s, contrast included', async (width, colorScheme) => {
    for (const path of ['/index.html', '/states.html', '/delivery.html', pageOf('vue')]) {
      const page = await open(path, { width, colorScheme });
      expect(await violationsOf(page)).toEqual([]);
      await page.close();
    }
  });
});
