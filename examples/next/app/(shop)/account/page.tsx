import Link from 'next/link';
import { Account } from '../account';

export default function Page() {
  return (
    <header>
      <h1>Your account</h1>
      <Account next />
      <Link href="/">Shop</Link>
    </header>
  );
}
