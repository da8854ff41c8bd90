import type { Deps } from '../platform/deps.ts';
import type { AddRoute } from './route.ts';

/** What a file of routes gets: where to add them, and the product's parts. */
export interface RouteContext {
  route: AddRoute;
  deps: Deps;
}
