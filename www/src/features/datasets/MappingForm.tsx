import { CircleCheck, CircleHelp } from "lucide-react";
import { lazy, Suspense, useMemo, useState } from "react";
import {
	api,
	type Dataset,
	type Proposal,
	type ProposalColumn,
	type ProposalQuestion,
} from "@/api";
import {
	Badge,
	Button,
	Card,
	Notice,
	ProblemNotice,
	Select,
	Table,
	Td,
	Th,
	Tr,
	useToast,
} from "@/components/ui";
import { format_percent } from "@/lib/numbers";
import styles from "./MappingForm.module.css";
import {
	apply_answers,
	apply_choices,
	choices_of,
	faults_of,
	type Meaning,
	meanings_of,
	read_date,
	telling_sample,
	UNUSED,
} from "./mapping";

const MappingPreview = lazy(() =>
	import("./MappingPreview").then((module) => ({ default: module.MappingPreview })),
);

const SURE = 0.9;
const ORDER_NAMES: Readonly<Record<string, string>> = {
	dmy: "Day first",
	mdy: "Month first",
	ymd: "Year first",
};

interface MappingFormProps {
	project: string;
	dataset: Dataset;
	proposal: Proposal;
	may_confirm: boolean;
}

export function MappingForm({ project, dataset, proposal, may_confirm }: MappingFormProps) {
	const meanings = useMemo(() => meanings_of(proposal), [proposal]);
	const [choices, set_choices] = useState(() => choices_of(proposal.mapping));
	const [answers, set_answers] = useState<Record<string, string>>({});
	const [confirm, { error, isLoading, isSuccess }] = api.useMappingCreateMutation();
	const { say } = useToast();

	const open = proposal.questions.filter(({ pointer }) => answers[pointer] === undefined);
	const faults = faults_of(choices);
	const blocked = open.length > 0 || faults.length > 0 || !may_confirm;
	const mapping = apply_answers(
		apply_choices(proposal.mapping, choices, meanings),
		proposal.questions,
		answers,
	);

	const submit = async () => {
		const { data } = await confirm({ project, source: dataset.source, mappingNew: { mapping } });
		if (data) say(`Mapping version ${data.version} confirmed; the file is being read.`);
	};

	return (
		<div className={styles.form}>
			<Notice
				title={`We looked at the file and are ${format_percent(proposal.confidence, 1)} sure of what follows.`}
			>
				Check the meanings, answer what is asked, then confirm. Later files of this source are read
				the same way.
			</Notice>
			{proposal.questions.map((question) => (
				<Question
					key={question.pointer}
					question={question}
					columns={proposal.columns}
					answer={answers[question.pointer]}
					on_answer={(value) => set_answers({ ...answers, [question.pointer]: value })}
				/>
			))}
			<Card title="Columns" description="What each one means" flush>
				<ColumnTable
					columns={proposal.columns}
					meanings={meanings}
					choices={choices}
					on_choose={(column, meaning) => set_choices({ ...choices, [column]: meaning })}
				/>
			</Card>
			<DialectFacts proposal={proposal} mapping={mapping} />
			{may_confirm && faults.length === 0 && !isSuccess && (
				<Suspense>
					<MappingPreview
						project={project}
						dataset={dataset.id}
						mapping={mapping}
						tentative={open.length > 0}
					/>
				</Suspense>
			)}
			{error && <ProblemNotice problem={error} />}
			<div className={styles.actions}>
				<div className={styles.faults} aria-live="polite">
					{faults.map((fault) => (
						<p key={fault}>{fault}</p>
					))}
					{open.length > 0 && <p>Answer the open question above.</p>}
					{!may_confirm && <p>Your role does not confirm mappings.</p>}
				</div>
				<Button variant="primary" disabled={blocked} busy={isLoading || isSuccess} onClick={submit}>
					{isSuccess ? "Reading the file" : "Confirm the mapping"}
				</Button>
			</div>
		</div>
	);
}

interface QuestionProps {
	question: ProposalQuestion;
	columns: readonly ProposalColumn[];
	answer: string | undefined;
	on_answer: (value: string) => void;
}

function Question({ question, columns, answer, on_answer }: QuestionProps) {
	const { code, detail, choices, pointer } = question;
	const asks_order = code === "date_order" || pointer === "/date_order";
	const sample = asks_order ? telling_sample(columns, choices) : undefined;
	return (
		<fieldset className={styles.question} data-answered={answer !== undefined}>
			<legend className={styles.legend}>
				{answer === undefined ? (
					<CircleHelp size={16} aria-hidden />
				) : (
					<CircleCheck size={16} aria-hidden />
				)}
				{detail}
			</legend>
			<div className={styles.options}>
				{choices.map((choice) => (
					<label key={choice} className={styles.option}>
						<input
							type="radio"
							name={pointer}
							checked={answer === choice}
							onChange={() => on_answer(choice)}
						/>
						<span>
							<strong>{ORDER_NAMES[choice] ?? choice}</strong>{" "}
							{sample && (
								<span className={styles.reading}>
									{sample} is {read_date(sample, choice)}
								</span>
							)}
						</span>
					</label>
				))}
			</div>
		</fieldset>
	);
}

interface ColumnTableProps {
	columns: readonly ProposalColumn[];
	meanings: readonly Meaning[];
	choices: Readonly<Record<string, string>>;
	on_choose: (column: string, meaning: string) => void;
}

function ColumnTable({ columns, meanings, choices, on_choose }: ColumnTableProps) {
	const options = [
		{ value: UNUSED, label: "Not compared" },
		...meanings.map(({ id, label }) => ({ value: id, label })),
	];
	return (
		<Table
			label="Columns"
			head={
				<>
					<Th>Column</Th>
					<Th>Samples</Th>
					<Th>Looks like</Th>
					<Th>Means</Th>
				</>
			}
		>
			{columns.map((column) => (
				<Tr key={column.name}>
					<Td>
						<strong>{column.name}</strong>
					</Td>
					<Td>
						<ul className={styles.samples}>
							{[...new Set(column.samples)].slice(0, 3).map((sample) => (
								<li key={sample}>{sample}</li>
							))}
						</ul>
					</Td>
					<Td>
						<LooksLike column={column} />
					</Td>
					<Td>
						<Select
							label={`Meaning of ${column.name}`}
							className={styles.meaning}
							options={options}
							value={choices[column.name] ?? UNUSED}
							onChange={(event) => on_choose(column.name, event.target.value)}
						/>
					</Td>
				</Tr>
			))}
		</Table>
	);
}

function LooksLike({ column }: { column: ProposalColumn }) {
	const sure = column.confidence >= SURE;
	return (
		<div className={styles.looks}>
			<Badge tone={sure ? "ok" : "warn"}>
				{column.type} {format_percent(column.confidence, 1)}
			</Badge>
			{column.alternatives.length > 0 && (
				<span className={styles.alternatives}>or {column.alternatives.join(", ")}</span>
			)}
		</div>
	);
}

const DELIMITERS: Readonly<Record<string, string>> = {
	",": "comma",
	";": "semicolon",
	"\t": "tab",
	"|": "bar",
};

interface DialectFactsProps {
	proposal: Proposal;
	mapping: Proposal["mapping"];
}

/** How the file is written, as it was found. */
function DialectFacts({ proposal, mapping }: DialectFactsProps) {
	const { dialect, decimal, thousands, date_order, currency } = mapping;
	const delimiter = dialect?.delimiter ?? "";
	const facts: Array<[string, string | undefined]> = [
		["Format", proposal.mapping.format.toUpperCase()],
		["Delimiter", DELIMITERS[delimiter] ?? delimiter],
		["Encoding", dialect?.encoding?.toUpperCase()],
		["Sheet", dialect?.sheet],
		["Header row", dialect?.header_row?.toString()],
		["Decimal mark", decimal],
		["Thousands", thousands || "none"],
		["Dates", date_order && (ORDER_NAMES[date_order] ?? date_order)],
		["Currency", currency ?? undefined],
	];
	return (
		<dl className={styles.facts}>
			{facts
				.filter(([, value]) => value)
				.map(([name, value]) => (
					<div key={name}>
						<dt>{name}</dt>
						<dd>{value}</dd>
					</div>
				))}
		</dl>
	);
}
