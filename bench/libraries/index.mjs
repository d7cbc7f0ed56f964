import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { bundleScriptTag, lightBuild } from '../../scripts/light-build.mjs';

const source = (path) => fileURLToPath(new URL(`../../src/${path}`, import.meta.url));

/** The libraries side by side, and the configuration each runs with. `file` is the page script in this folder. Of a second
 * build of a library only the times are measured. */
export const libraries = [
  {
    name: 'usertoken',
    file: 'usertoken.js',
    alias: { usertoken: source('index.ts') },
    manifest: '../../package.json',
    configuration: 'Defaults, with consent granted.',
  },
  {
    name: 'usertoken/lite',
    file: 'usertoken.js',
    alias: { usertoken: source('lite/index.ts') },
    plugins: lightBuild.plugins,
    manifest: '../../package.json',
    configuration:
      'The build on compiled charts, with the same defaults. It delivers events with the same code as usertoken.',
    timesOnly: true,
  },
  {
    name: 'search-insights',
    file: 'search-insights.js',
    manifest: '../../node_modules/search-insights/package.json',
    configuration:
      "`useCookie: true`, as Algolia's page on `init` says for visitors without an account. It has no option for retries, batches or storage.",
  },
  {
    name: 'analytics-next',
    file: 'segment.js',
    manifest: '../../node_modules/@segment/analytics-next/package.json',
    configuration:
      "Defaults: the `standard` delivery strategy, whose retries are kept in localStorage (Segment's page on Analytics.js, section Retries). The `batching` strategy keeps its queue in memory only, so it is not used. Settings inline, so that nothing is fetched before the first event.",
  },
  {
    name: 'analytics-next, keepalive',
    file: 'segment-keepalive.js',
    manifest: '../../node_modules/@segment/analytics-next/package.json',
    configuration:
      'The same with `keepalive: true`, which Segment documents for events at a redirect, and leaves off by default because of the 64 KiB that keepalive requests share.',
  },
  {
    name: 'browser-tracker',
    file: 'snowplow.js',
    manifest: '../../node_modules/@snowplow/browser-tracker/package.json',
    configuration:
      "`keepalive: true`, which Snowplow documents for requests that outlive the page; `bufferSize` left at 1, as the option's description recommends against loss; queue in localStorage and retries, both on by default.",
  },
];

/** The scripts that a page without a bundler loads, ours first. */
export async function scriptTags() {
  const theirs = new URL('../../node_modules/search-insights/dist/search-insights.min.js', import.meta.url);
  return [
    { name: 'aa.min.js', text: await bundleScriptTag() },
    { name: 'search-insights.min.js', text: await readFile(theirs, 'utf8') },
  ];
}

/** The package and version of a library, as `name@1.2.3`.
 * @param {string} manifest Path of its package.json from this folder. */
export async function versionOf(manifest) {
  const { name, version } = JSON.parse(await readFile(new URL(manifest, import.meta.url), 'utf8'));
  return `${name}@${version}`;
}
