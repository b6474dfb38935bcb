import { getRouteApi } from "@tanstack/react-router";
import { KeyRound, Plus } from "lucide-react";
import { lazy, useState } from "react";
import { type ApiKey, api } from "@/api";
import {
	Badge,
	Button,
	Card,
	Dialog,
	Empty,
	Failure,
	RelativeTime,
	Skeleton,
	Table,
	Td,
	Th,
	Tr,
	useToast,
} from "@/components/ui";
import { Lazily } from "@/components/ui/Lazily";

const CreateApiKeyDialog = lazy(() =>
	import("./CreateApiKeyDialog").then((module) => ({ default: module.CreateApiKeyDialog })),
);
const route = getRouteApi("/shell/me");

export function ApiKeys() {
	const { create } = route.useSearch();
	const navigate = route.useNavigate();
	const { data, error, isLoading, refetch } = api.useApiKeyListQuery({});
	const open = () => navigate({ search: { tab: "keys", create: "yes" } });
	const button = (
		<Button variant="primary" icon={<Plus size={15} aria-hidden />} onClick={open}>
			New key
		</Button>
	);
	const empty = data?.items.length === 0;
	return (
		<Card
			title="API keys"
			description="For scripts and integrations; each acts as you, within its scopes"
			actions={!empty && button}
			flush
		>
			{isLoading && <Skeleton />}
			{error && <Failure problem={error} what="The list of API keys" on_retry={refetch} />}
			{empty && (
				<Empty icon={<KeyRound size={20} aria-hidden />} title="No API key" action={button}>
					A key's secret is shown once, when it is created.
				</Empty>
			)}
			{data && !empty && <KeyTable keys={data.items} />}
			<Lazily when={create === "yes"}>
				<CreateApiKeyDialog
					open={create === "yes"}
					on_close={() => navigate({ search: { tab: "keys" }, replace: true })}
				/>
			</Lazily>
		</Card>
	);
}

function KeyTable({ keys }: { keys: readonly ApiKey[] }) {
	return (
		<Table
			label="API keys"
			head={
				<>
					<Th>Name</Th>
					<Th>Scopes</Th>
					<Th>Created</Th>
					<Th>Expires</Th>
					<Th>Last used</Th>
					<Th end>
						<span>Action</span>
					</Th>
				</>
			}
		>
			{keys.map((key) => (
				<KeyLine key={key.id} api_key={key} />
			))}
		</Table>
	);
}

function KeyLine({ api_key }: { api_key: ApiKey }) {
	const [asking, set_asking] = useState(false);
	const [revoke, { isLoading }] = api.useApiKeyRevokeMutation();
	const { say, fail } = useToast();
	const confirm = () =>
		revoke({ apiKey: api_key.id })
			.unwrap()
			.then(() => say(`Key “${api_key.name}” revoked`))
			.catch(fail)
			.finally(() => set_asking(false));
	return (
		<Tr>
			<Td>
				<strong>{api_key.name}</strong> {api_key.revoked_at && <Badge>Revoked</Badge>}
			</Td>
			<Td>{api_key.scopes.join(", ")}</Td>
			<Td>
				<RelativeTime at={api_key.created_at} />
			</Td>
			<Td>
				<RelativeTime at={api_key.expires_at} />
			</Td>
			<Td>{api_key.used_at ? <RelativeTime at={api_key.used_at} /> : "Never"}</Td>
			<Td end>
				{!api_key.revoked_at && (
					<Button size="small" variant="danger" onClick={() => set_asking(true)}>
						Revoke
					</Button>
				)}
				<Dialog
					open={asking}
					on_close={() => set_asking(false)}
					title={`Revoke “${api_key.name}”?`}
					description="Whatever uses it stops working at once. This cannot be undone."
					actions={
						<>
							<Button variant="ghost" onClick={() => set_asking(false)}>
								Keep it
							</Button>
							<Button variant="danger" busy={isLoading} onClick={confirm}>
								Revoke the key
							</Button>
						</>
					}
				/>
			</Td>
		</Tr>
	);
}
