// Not among this repository's packages: installed on demand, see build-app.ts.
declare module '@angular/platform-server' {
  import type { ApplicationRef } from '@angular/core';
  export function renderApplication(
    bootstrap: (context?: never) => Promise<ApplicationRef>,
    options: { readonly document: string; readonly url: string },
  ): Promise<string>;
}
