import type { Metadata } from 'next';
import type { ReactNode } from 'react';
import '../../shared/shop.css';

export const metadata: Metadata = { title: 'Kettle & Leaf', icons: { icon: 'data:,' } };

export default function Layout({ children }: { readonly children: ReactNode }) {
  return (
    <html lang="en">
      <body>{children}</body>
    </html>
  );
}
