'use client';

import type { ReactNode } from 'react';
import type { Consent } from 'usertoken';
import { UserTokenProvider } from 'usertoken/next';
import { insights, secure } from '@/insights';

/** What the shop's cookie says, which is there in the page only. */
function consentInPage() {
  if (typeof document === 'undefined') return undefined;
  return /(?:^|; )consent=(granted|denied)/.exec(document.cookie)?.[1] as Consent | undefined;
}

/** A page that was rendered without a visitor reads the cookies in the browser. */
export function StaticIdentity({ children }: { readonly children: ReactNode }) {
  return (
    <UserTokenProvider {...insights} cookie={{ secure }} consent={consentInPage()}>
      {children}
    </UserTokenProvider>
  );
}
