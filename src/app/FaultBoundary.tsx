import { Component, type ReactNode } from 'react';

export interface FaultBoundaryProps {
  children: ReactNode;
  /** Ends the screen with the fault; the terminal is restored before it is printed. */
  onFault(error: unknown): void;
}

/** Catches a fault in drawing. React knows no other way to do this than a class. */
export class FaultBoundary extends Component<FaultBoundaryProps, { failed: boolean }> {
  override state = { failed: false };

  static getDerivedStateFromError() {
    return { failed: true };
  }

  override componentDidCatch(error: unknown) {
    this.props.onFault(error);
  }

  override render() {
    return this.state.failed ? null : this.props.children;
  }
}
