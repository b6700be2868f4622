import type { Services } from './services.ts';
import type { AppState } from './state.ts';
import type { AppEvent } from './update.ts';

/** What effects are done with, and where their outcome goes. */
export interface Hands {
  services: Services;
  dispatch(event: AppEvent): void;
  state(): AppState;
  /** Ends the screen. */
  exit(): void;
  suspend(): void;
}
