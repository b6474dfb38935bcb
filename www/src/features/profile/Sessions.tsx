import { api, type SessionRow } from "@/api";
import {
	Badge,
	Button,
	Card,
	Failure,
	RelativeTime,
	Skeleton,
	Table,
	Td,
	Th,
	Tr,
	useToast,
} from "@/components/ui";
import { agent_in_words } from "./agent";

export function Sessions() {
	const { data, error, isLoading, refetch } = api.useSessionListQuery({});
	return (
		<Card title="Where you are signed in" description="End any session you do not recognise" flush>
			{isLoading && <Skeleton />}
			{error && <Failure problem={error} what="The list of sessions" on_retry={refetch} />}
			{data && (
				<Table
					label="Sessions"
					head={
						<>
							<Th>Browser</Th>
							<Th>Address</Th>
							<Th>Signed in</Th>
							<Th>Last used</Th>
							<Th end>
								<span>Action</span>
							</Th>
						</>
					}
				>
					{data.items.map((session) => (
						<SessionLine key={session.id} session={session} />
					))}
				</Table>
			)}
		</Card>
	);
}

function SessionLine({ session }: { session: SessionRow }) {
	const [revoke, { isLoading }] = api.useSessionRevokeMutation();
	const { say, fail } = useToast();
	const end = () =>
		revoke({ session: session.id })
			.unwrap()
			.then(() => say("Session ended"))
			.catch(fail);
	return (
		<Tr>
			<Td>
				{agent_in_words(session.agent)} {session.current && <Badge tone="ok">This one</Badge>}
			</Td>
			<Td>{session.address ?? "–"}</Td>
			<Td>
				<RelativeTime at={session.created_at} />
			</Td>
			<Td>
				<RelativeTime at={session.used_at} />
			</Td>
			<Td end>
				{!session.current && (
					<Button size="small" variant="danger" busy={isLoading} onClick={end}>
						End
					</Button>
				)}
			</Td>
		</Tr>
	);
}
