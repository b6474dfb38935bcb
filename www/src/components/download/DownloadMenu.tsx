/*
 * Downloads a table as a workbook or as CSV. Where the server wants a fresh sign of the person first,
 * the password is asked for and the download goes on.
 */
import { Download, FileSpreadsheet, FileText } from "lucide-react";
import { useState } from "react";
import { type Problem, to_problem } from "@/api";
import { download } from "@/api/download";
import { StepUpForm } from "@/components/session/StepUpForm";
import { Button, Dialog, Menu, MenuItem, ProblemNotice } from "@/components/ui";

const FORM = "download-step-up";
type Format = "xlsx" | "csv";

interface DownloadMenuProps {
	label: string;
	/** The address without its format, or what finds it out. */
	path: string | (() => Promise<string>);
	size?: "small" | "normal";
}

export function DownloadMenu({ label, path, size = "small" }: DownloadMenuProps) {
	const [busy, set_busy] = useState(false);
	const [refusal, set_refusal] = useState<{ problem: Problem; format: Format } | null>(null);
	const start = async (format: Format) => {
		set_busy(true);
		try {
			const address = typeof path === "string" ? path : await path();
			await download(`${address}?format=${format}`);
			set_refusal(null);
		} catch (error) {
			set_refusal({ problem: to_problem(error), format });
		}
		set_busy(false);
	};
	const asks_password = refusal?.problem.code === "step_up";
	return (
		<>
			<Menu
				align="end"
				trigger={
					<Button size={size} busy={busy} icon={<Download size={14} aria-hidden />}>
						{label}
					</Button>
				}
			>
				<MenuItem icon={<FileSpreadsheet size={14} />} hint="xlsx" on_select={() => start("xlsx")}>
					Workbook
				</MenuItem>
				<MenuItem icon={<FileText size={14} />} hint="csv" on_select={() => start("csv")}>
					Plain table
				</MenuItem>
			</Menu>
			{refusal && (
				<Dialog
					open
					on_close={() => set_refusal(null)}
					title={asks_password ? "Confirm your password" : "The download failed"}
					actions={
						asks_password ? (
							<Button type="submit" form={FORM} variant="primary" busy={busy}>
								Download
							</Button>
						) : (
							<Button onClick={() => start(refusal.format)} busy={busy}>
								Try again
							</Button>
						)
					}
				>
					{asks_password ? (
						<StepUpForm
							id={FORM}
							why="Many records leave the platform with this, so it needs a fresh sign of you."
							on_done={() => start(refusal.format)}
						/>
					) : (
						<ProblemNotice problem={refusal.problem} />
					)}
				</Dialog>
			)}
		</>
	);
}
