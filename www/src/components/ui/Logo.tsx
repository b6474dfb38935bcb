/** The product's mark: two lists, and what agrees. Decorative: its name stands beside it. */
export function Logo({ size }: { size: number }) {
	return (
		<svg viewBox="0 0 32 32" width={size} height={size} aria-hidden="true" focusable="false">
			<rect width="32" height="32" rx="8" fill="#1f5fd0" />
			<g stroke="#fff" strokeWidth="2.4" strokeLinecap="round" strokeLinejoin="round" fill="none">
				<path d="M8 11h10.5M8 16h6M8 21h10.5" />
				<path d="m18.5 16.4 2.6 2.6 4.4-5.4" />
			</g>
		</svg>
	);
}
