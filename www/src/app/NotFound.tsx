import { Link } from "@tanstack/react-router";
import { Compass } from "lucide-react";
import { button_class, Empty, useTitle } from "@/components/ui";

export function NotFound() {
	useTitle("Not found");
	return (
		<main>
			<Empty
				icon={<Compass size={20} aria-hidden />}
				title="There is no such page"
				action={
					<Link to="/" className={button_class("primary")}>
						Go to the start
					</Link>
				}
			>
				The address may be mistyped, or what it named is gone or not yours to see.
			</Empty>
		</main>
	);
}
