/*
 * How evidence adds up to a confidence: one bar per comparison from where the ones before it ended, in
 * bits, from the prior to the total. What no comparison explains (rivals, a group's sum) is a bar of its own. Drawn by hand; a list beside it says the same in text.
 */
import { cx } from "@/lib/cx";
import styles from "./Waterfall.module.css";

export interface WaterfallStep {
	label: string;
	bits: number;
}

export interface WaterfallBar {
	label: string;
	bits: number;
	from: number;
	to: number;
}

/** Running sums, with the total as the last bar. */
export function waterfall_bars(
	prior: number,
	steps: readonly WaterfallStep[],
	other: number,
): WaterfallBar[] {
	const bars: WaterfallBar[] = [{ label: "Prior", bits: prior, from: 0, to: prior }];
	let sum = prior;
	const all =
		Math.abs(other) < 0.05 ? steps : [...steps, { label: "Rivals and sums", bits: other }];
	for (const { label, bits } of all) {
		bars.push({ label, bits, from: sum, to: sum + bits });
		sum += bits;
	}
	bars.push({ label: "Together", bits: sum, from: 0, to: sum });
	return bars;
}

export function format_bits(bits: number): string {
	const text = Math.abs(bits).toFixed(1);
	if (Number(text) === 0) return "0.0";
	return `${bits < 0 ? "\u2212" : "+"}${text}`;
}

interface WaterfallProps {
	prior: number;
	steps: readonly WaterfallStep[];
	other: number;
}

const WIDTH = 100;
const ROW = 24;
const BAR = 12;

export function Waterfall({ prior, steps, other }: WaterfallProps) {
	const bars = waterfall_bars(prior, steps, other);
	const ends = bars.flatMap(({ from, to }) => [from, to]);
	const low = Math.min(0, ...ends);
	const high = Math.max(0, ...ends);
	const scale = WIDTH / Math.max(1, high - low);
	const x = (bits: number) => (bits - low) * scale;
	return (
		<div className={styles.waterfall}>
			<ul className={styles.labels}>
				{bars.map(({ label, bits }, at) => (
					<li key={label} className={cx(at === bars.length - 1 && styles.total)}>
						<span className={styles.label}>{label.replaceAll("_", " ")}</span>
						<span className={styles.bits}>{format_bits(bits)}</span>
					</li>
				))}
			</ul>
			<svg
				className={styles.chart}
				height={bars.length * ROW}
				viewBox={`0 0 ${WIDTH} ${bars.length * ROW}`}
				preserveAspectRatio="none"
				aria-hidden="true"
				focusable="false"
			>
				<line className={styles.axis} x1={x(0)} x2={x(0)} y1={0} y2={bars.length * ROW} />
				{bars.map(({ label, from, to, bits }, at) => (
					<rect
						key={label}
						className={cx(
							bits < 0 ? styles.against : styles.for,
							(at === 0 || at === bars.length - 1) && styles.sum,
						)}
						x={Math.min(x(from), x(to))}
						width={Math.max(0.6, Math.abs(x(to) - x(from)))}
						y={at * ROW + (ROW - BAR) / 2}
						height={BAR}
						rx={1}
					/>
				))}
			</svg>
		</div>
	);
}
