export const environment = {
  appId: 'YourAppId',
  apiKey: 'YourSearchOnlyKey',
  // Where events go instead of to Algolia, such as a collector of usertoken/testing.
  host: undefined as string | undefined,
};
