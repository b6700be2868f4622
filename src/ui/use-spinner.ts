import { useAnimation } from 'ink';
import { useTheme } from './use-theme.ts';

/** The spinner's frame. Every caller shares Ink's one timer at 4 Hz, which stands still while nobody is active. */
export function useSpinner(active: boolean): string {
  const { symbols } = useTheme();
  const { frame } = useAnimation({ interval: 250, isActive: active });
  return symbols.spinner[frame % symbols.spinner.length] ?? '';
}
