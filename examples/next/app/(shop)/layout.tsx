import { type ReactNode, Suspense } from 'react';
import { UserTokenProvider } from 'usertoken/next';
import { insights } from '@/insights';
import { tokens } from '@/tokens';

async function Identity({ children }: { readonly children: ReactNode }) {
  return (
    <UserTokenProvider {...insights} hydration={await tokens.hydration()}>
      {children}
    </UserTokenProvider>
  );
}

export default function Layout({ children }: { readonly children: ReactNode }) {
  return (
    <Suspense>
      <Identity>{children}</Identity>
    </Suspense>
  );
}
