/** The options that every command takes. */
export interface GlobalOptions {
  sandbox?: boolean;
  context?: string;
  kubeconfig?: string;
  namespace?: string;
  readOnly?: boolean;
  /** commander's form of --no-color */
  color?: boolean;
  debug?: boolean;
}
