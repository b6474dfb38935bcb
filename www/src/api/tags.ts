/*
 * What each call reads and what it makes stale. Lists and things share one tag type per noun: a
 * change of a noun refetches what is on screen of it, nothing else.
 */
import { gen } from "./gen";

const TAGS = [
	"session",
	"api_key",
	"project",
	"source",
	"mapping",
	"file",
	"dataset",
	"reconciliation",
	"job",
	"decision",
	"facets",
] as const;

export const api = gen.enhanceEndpoints({
	addTagTypes: TAGS,
	endpoints: {
		listSessions: { providesTags: ["session"] },
		revokeSession: { invalidatesTags: ["session"] },
		listApiKeys: { providesTags: ["api_key"] },
		createApiKey: { invalidatesTags: ["api_key"] },
		revokeApiKey: { invalidatesTags: ["api_key"] },
		listProjects: { providesTags: ["project"] },
		getProject: { providesTags: ["project"] },
		createProject: { invalidatesTags: ["project"] },
		listSources: { providesTags: ["source"] },
		getSource: { providesTags: ["source"] },
		createSource: { invalidatesTags: ["source"] },
		listMappings: { providesTags: ["mapping"] },
		createMapping: { invalidatesTags: ["mapping", "source", "dataset", "file"] },
		listFiles: { providesTags: ["file"] },
		getFile: { providesTags: ["file"] },
		retryFile: { invalidatesTags: ["file"] },
		createUpload: { invalidatesTags: ["file"] },
		listDatasets: { providesTags: ["dataset"] },
		getDataset: { providesTags: ["dataset"] },
		listReconciliations: { providesTags: ["reconciliation"] },
		getReconciliation: { providesTags: ["reconciliation"] },
		createReconciliation: { invalidatesTags: ["reconciliation"] },
		listReconciliationJobs: { providesTags: ["job"] },
		listJobs: { providesTags: ["job"] },
		getJob: { providesTags: ["job"] },
		createJob: { invalidatesTags: ["job", "reconciliation"] },
		cancelJob: { invalidatesTags: ["job"] },
		listDecisions: { providesTags: ["decision"] },
		getViewFacets: { providesTags: ["facets"] },
		createDecision: { invalidatesTags: ["decision"] },
	},
});
