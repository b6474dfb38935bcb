/* The page of a list: heading, the states of loading, failure and nothing yet, and the list itself. */
import { Plus } from "lucide-react";
import type { ReactNode } from "react";
import { Button, Card, Empty, Failure, PageHeader, Skeleton } from "@/components/ui";

interface Listed<Item> {
	data?: { items: Item[] } | undefined;
	error?: unknown;
	isLoading: boolean;
	refetch: () => void;
}

interface ListPageProps<Item> {
	title: string;
	description: string;
	/** The query of the list. */
	list: Listed<Item>;
	/** Makes a new one; stands in the heading, or where the list would be while it is empty. */
	button: ReactNode;
	empty: { icon: ReactNode; title: string; text: string; action?: ReactNode };
	children: (items: Item[]) => ReactNode;
	/** The dialog that the button opens. */
	dialog?: ReactNode;
}

export function ListPage<Item>(props: ListPageProps<Item>) {
	const { title, description, list, button, empty, children, dialog } = props;
	const items = list.data?.items ?? [];
	return (
		<div>
			<PageHeader title={title} description={description} actions={items.length > 0 && button} />
			{list.isLoading && <Skeleton />}
			{list.error != null && (
				<Failure
					problem={list.error}
					what={`The list of ${title.toLowerCase()}`}
					on_retry={list.refetch}
				/>
			)}
			{list.data && items.length === 0 && (
				<Card>
					<Empty icon={empty.icon} title={empty.title} action={empty.action || button}>
						{empty.text}
					</Empty>
				</Card>
			)}
			{items.length > 0 && <Card flush>{children(items)}</Card>}
			{dialog}
		</div>
	);
}

export function NewButton({ label, on_click }: { label: string; on_click: () => void }) {
	return (
		<Button variant="primary" icon={<Plus size={15} aria-hidden />} onClick={on_click}>
			{label}
		</Button>
	);
}
