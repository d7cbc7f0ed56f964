import '@angular/compiler';
import { bootstrapApplication } from '@angular/platform-browser';
import { renderApplication } from '@angular/platform-server';
import { createUserToken } from '../../../src/index.js';
import { appFor } from './app.js';

const host = process.argv[2]!;
const user = createUserToken({
  appId: 'app',
  apiKey: 'key',
  consent: 'granted',
  user: 'account-1815',
  host,
  onWarning() {},
});
const { Shop, config, receipt } = appFor(user);

const html = renderApplication((context?: never) => bootstrapApplication(Shop, config, context), {
  document: '<app-shop></app-shop>',
  url: '/',
});
const first = await Promise.race([html.then(() => 'html'), receipt.then(() => 'receipt')]);
console.log(JSON.stringify({ first, html: await html }));
process.exit();
