export const environment = {
  appId: 'YourAppId',
  apiKey: 'YourSearchOnlyKey',
  // Sends events to a local collector instead of Algolia: `npx usertoken collector` prints its address.
  // host: 'http://127.0.0.1:4290',
};
