/** Where the documentation is published: every link in a message begins with it. Set it once the site has an address. */
export const docsUrl = 'https://usertoken.example';
