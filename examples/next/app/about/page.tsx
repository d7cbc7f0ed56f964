import Link from 'next/link';
import { About } from './about';
import { StaticIdentity } from './static-identity';

/** One file for everybody: `next build` writes it once. */
export default function Page() {
  return (
    <StaticIdentity>
      <header>
        <h1>About us</h1>
        <Link href="/">Shop</Link>
      </header>
      <main>
        <About />
      </main>
    </StaticIdentity>
  );
}
