import type { Visitor } from 'usertoken/server';

declare global {
  namespace App {
    interface Locals {
      visitor: Visitor;
    }
  }
}
