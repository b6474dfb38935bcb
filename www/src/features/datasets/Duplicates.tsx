/* What the file repeats of other files of its source; people say what that means. */
import { api, type Duplicate } from "@/api";
import { Badge, Button, Card, Failure, Table, Td, Th, Tr, useToast } from "@/components/ui";
import { plural } from "@/lib/numbers";
import styles from "./DatasetPage.module.css";

interface DuplicatesProps {
	project: string;
	dataset: string;
	/** The dataset's own file. */
	file: string;
	may_decide: boolean;
}

function what({ kind, count }: Duplicate): string {
	if (kind === "file") return "The whole file, byte for byte";
	return plural(count, kind === "statement" ? "statement" : "row");
}

export function Duplicates({ project, dataset, file, may_decide }: DuplicatesProps) {
	const { data, error, refetch } = api.useDuplicateListQuery({ project, dataset });
	if (error) return <Failure problem={error} what="The duplicates" on_retry={refetch} />;
	if (!data || data.items.length === 0) return null;
	return (
		<Card
			title="Repeated from other files"
			description="Nothing is left out of the dataset for it"
			flush
		>
			<Table
				label="Repeated from other files"
				head={
					<>
						<Th>Other file</Th>
						<Th>Repeats</Th>
						<Th>Verdict</Th>
						<Th end>
							<span />
						</Th>
					</>
				}
			>
				{data.items.map((duplicate) => (
					<Row
						key={`${duplicate.file}-${duplicate.other}-${duplicate.kind}`}
						project={project}
						dataset={dataset}
						other={duplicate.file === file ? duplicate.other : duplicate.file}
						duplicate={duplicate}
						may_decide={may_decide}
					/>
				))}
			</Table>
		</Card>
	);
}

interface RowProps {
	project: string;
	dataset: string;
	other: string;
	duplicate: Duplicate;
	may_decide: boolean;
}

function Row({ project, dataset, other, duplicate, may_decide }: RowProps) {
	const { data: file } = api.useFileGetQuery({ project, file: other });
	const [decide, { isLoading }] = api.useDuplicateDecideMutation();
	const { fail } = useToast();
	const say = (verdict: Duplicate["verdict"]) =>
		decide({
			project,
			dataset,
			duplicateDecision: { other, kind: duplicate.kind, verdict },
		})
			.unwrap()
			.catch(fail);
	return (
		<Tr>
			<Td>{file?.name ?? "…"}</Td>
			<Td>{what(duplicate)}</Td>
			<Td>
				{duplicate.verdict === "open" && <Badge tone="warn">To be judged</Badge>}
				{duplicate.verdict === "duplicate" && <Badge tone="bad">Duplicate</Badge>}
				{duplicate.verdict === "distinct" && <Badge tone="ok">Only looks like it</Badge>}
			</Td>
			<Td end>
				{may_decide && (
					<span className={styles.verdicts}>
						{duplicate.verdict === "open" ? (
							<>
								<Button size="small" busy={isLoading} onClick={() => say("duplicate")}>
									It is a duplicate
								</Button>
								<Button
									size="small"
									variant="ghost"
									busy={isLoading}
									onClick={() => say("distinct")}
								>
									It only looks like it
								</Button>
							</>
						) : (
							<Button size="small" variant="ghost" busy={isLoading} onClick={() => say("open")}>
								Take back
							</Button>
						)}
					</span>
				)}
			</Td>
		</Tr>
	);
}
