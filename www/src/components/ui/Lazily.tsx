import { type ReactNode, Suspense, useState } from "react";

interface LazilyProps {
	/** From the first time this is true on, the children are there. */
	when: boolean;
	children: ReactNode;
}

/** For dialogs whose code is loaded when they are first opened. */
export function Lazily({ when, children }: LazilyProps) {
	const [wanted, set_wanted] = useState(when);
	if (when && !wanted) set_wanted(true);
	return wanted ? <Suspense fallback={null}>{children}</Suspense> : null;
}
