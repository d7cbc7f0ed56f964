'use client';

import { useEffect } from 'react';
import { useUserToken } from 'usertoken/next';
import { products } from '../../../shared/catalog.js';
import { about } from '../../../shared/events.js';

export function About() {
  const { token, state, consent, user } = useUserToken();
  useEffect(() => {
    void user.viewedObjectIDs({ eventName: 'About Seen', ...about(products) });
  }, [user]);
  return (
    <dl>
      <dt>Your answer</dt>
      <dd data-test="consent">{consent}</dd>
      <dt>Visitor</dt>
      <dd data-test="state">{state}</dd>
      <dt>Token</dt>
      <dd data-test="token">{token ?? 'none'}</dd>
    </dl>
  );
}
