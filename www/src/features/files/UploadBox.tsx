import { FileUp } from "lucide-react";
import { type DragEvent, useRef, useState } from "react";
import { api, type Source } from "@/api";
import { useAppDispatch } from "@/api/state";
import { start_upload } from "@/api/uploads";
import { Button, Failure, Notice, Select, Skeleton } from "@/components/ui";
import { cx } from "@/lib/cx";
import { format_bytes } from "@/lib/numbers";
import { accept_attribute, type Refusal, refuse_file } from "./check";
import styles from "./UploadBox.module.css";

interface UploadBoxProps {
	project: string;
	sources: readonly Source[];
	/** The source that the page is filtered by. */
	chosen: string | undefined;
}

export function UploadBox({ project, sources, chosen }: UploadBoxProps) {
	const { data: limits, error, refetch } = api.useLimitsQuery();
	const dispatch = useAppDispatch();
	const chooser = useRef<HTMLInputElement>(null);
	const [picked, set_picked] = useState<string | undefined>(undefined);
	const [refusals, set_refusals] = useState<Refusal[]>([]);
	const [over, set_over] = useState(false);
	const source = picked ?? chosen ?? sources[0]?.id ?? "";

	// Without the limits nothing can be checked; a chooser that is not there yet loses no file.
	if (error) return <Failure problem={error} what="What may be uploaded" on_retry={refetch} />;
	if (!limits) return <Skeleton lines={2} label="Loading what may be uploaded" />;

	const take = (files: Iterable<File>) => {
		const refused: Refusal[] = [];
		for (const file of files) {
			const refusal = refuse_file(file, limits.upload);
			if (refusal) refused.push(refusal);
			else dispatch(start_upload(file, { project, source }));
		}
		set_refusals(refused);
		if (chooser.current) chooser.current.value = "";
	};
	const drop = (event: DragEvent) => {
		event.preventDefault();
		set_over(false);
		take(event.dataTransfer.files);
	};

	return (
		<section
			aria-label="Upload"
			className={cx(styles.box, over && styles.over)}
			onDragOver={(event) => {
				event.preventDefault();
				set_over(true);
			}}
			onDragLeave={() => set_over(false)}
			onDrop={drop}
		>
			<div className={styles.row}>
				<span className={styles.icon}>
					<FileUp size={20} aria-hidden />
				</span>
				<div className={styles.text}>
					<strong>Drop files here, or choose them</strong>
					<span className={styles.limits}>
						{limits.upload.types.join(", ")} · up to {format_bytes(limits.upload.max_bytes)} each
					</span>
				</div>
				<div className={styles.to}>
					<span aria-hidden>Upload to</span>
					<Select
						label="Upload to source"
						value={source}
						options={sources.map(({ id, name }) => ({ value: id, label: name }))}
						onChange={(event) => set_picked(event.target.value)}
					/>
				</div>
				<input
					ref={chooser}
					type="file"
					multiple
					hidden
					data-testid="file-chooser"
					accept={accept_attribute(limits.upload.types)}
					onChange={(event) => take(event.target.files ?? [])}
				/>
				<Button variant="primary" onClick={() => chooser.current?.click()}>
					Choose files
				</Button>
			</div>
			{refusals.map(({ title, detail }) => (
				<Notice key={detail} tone="bad" role="alert" title={title}>
					{detail} Nothing was sent.
				</Notice>
			))}
		</section>
	);
}
