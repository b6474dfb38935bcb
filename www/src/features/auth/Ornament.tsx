import styles from "./Ornament.module.css";

/** Rows of two lists and the lines between what belongs together; says nothing, so is hidden. */
const PAIRS = [
	[0, 1, "ok"],
	[1, 0, "ok"],
	[2, 2, "ok"],
	[3, 4, "warn"],
	[4, 3, "ok"],
	[6, 5, "ok"],
	[6, 6, "ok"],
	[7, 8, "ok"],
] as const;
const ROWS = [62, 44, 58, 36, 52, 40, 66, 48, 56];
const PITCH = 44;
const TOP = 40;

const y_of = (row: number) => TOP + row * PITCH;

export function Ornament() {
	const height = TOP + ROWS.length * PITCH;
	return (
		<div className={styles.ornament} aria-hidden="true">
			<svg viewBox={`0 0 520 ${height}`} focusable="false" className={styles.drawing} role="none">
				{PAIRS.map(([left, right, tone]) => (
					<path
						key={`${left}-${right}`}
						className={styles[tone]}
						d={`M190 ${y_of(left)} C 245 ${y_of(left)}, 275 ${y_of(right)}, 330 ${y_of(right)}`}
					/>
				))}
				{ROWS.map((width, row) => (
					<g key={y_of(row)}>
						<rect className={styles.row} x="10" y={y_of(row) - 15} width="180" height="30" rx="7" />
						<rect
							className={styles.text}
							x="22"
							y={y_of(row) - 4}
							width={width}
							height="8"
							rx="4"
						/>
						<rect
							className={styles.amount}
							x="138"
							y={y_of(row) - 4}
							width="40"
							height="8"
							rx="4"
						/>
						<rect
							className={styles.row}
							x="330"
							y={y_of(row) - 15}
							width="180"
							height="30"
							rx="7"
						/>
						<rect
							className={styles.text}
							x="342"
							y={y_of(row) - 4}
							width={100 - width}
							height="8"
							rx="4"
						/>
						<rect
							className={styles.amount}
							x="458"
							y={y_of(row) - 4}
							width="40"
							height="8"
							rx="4"
						/>
					</g>
				))}
			</svg>
		</div>
	);
}
