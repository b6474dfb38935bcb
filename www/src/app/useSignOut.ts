import { useNavigate } from "@tanstack/react-router";
import { useCallback } from "react";
import { api, session_ended } from "@/api";
import { useAppDispatch } from "@/api/state";
import { uploads_cleared } from "@/api/uploads_state";
import { useToast } from "@/components/ui";

/** Ends the session on the server, then forgets everything that was loaded. */
export function useSignOut(): () => void {
	const dispatch = useAppDispatch();
	const navigate = useNavigate();
	const { fail } = useToast();
	return useCallback(async () => {
		const { error } = await dispatch(api.endpoints.sessionEnd.initiate());
		if (error && "status" in error && error.status !== 401) return fail(error);
		dispatch(session_ended());
		dispatch(uploads_cleared());
		sessionStorage.clear();
		await navigate({ to: "/login", search: {} });
		dispatch(api.util.resetApiState());
	}, [dispatch, navigate, fail]);
}
