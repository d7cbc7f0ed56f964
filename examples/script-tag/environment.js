/** `host` is where events go instead of to Algolia, such as a collector of usertoken/testing. */
window.environment = { appId: 'YourAppId', apiKey: 'YourSearchOnlyKey', host: undefined };
