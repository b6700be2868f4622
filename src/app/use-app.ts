import { createContext, useContext } from 'react';
import { useStore } from 'zustand';
import type { App } from './app.ts';
import type { AppState } from './state.ts';

export const AppContext = createContext<App | undefined>(undefined);

/** The app that a component is part of. */
export function useApp(): App {
  const app = useContext(AppContext);
  if (!app) throw new Error('a part of the screen was drawn outside of it');
  return app;
}

/** A part of the state; the selector must return what stands in the state and not a new object. */
export function useAppState<T>(selector: (state: AppState) => T): T {
  return useStore(useApp().store, selector);
}
