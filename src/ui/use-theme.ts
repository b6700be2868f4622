import { createContext, useContext } from 'react';
import { createTheme, type Theme } from './theme.ts';

/** Colourless and Unicode unless a provider above says otherwise, which is what tests of plain text want. */
export const ThemeContext = createContext<Theme>(createTheme({ color: 0, unicode: true }));

/** The theme of the screen that a component is drawn on. */
export function useTheme(): Theme {
  return useContext(ThemeContext);
}
