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
	"model",
	"sample",
] as const;

export const api = gen.enhanceEndpoints({
	addTagTypes: TAGS,
	endpoints: {
		sessionList: { providesTags: ["session"] },
		sessionRevoke: { invalidatesTags: ["session"] },
		apiKeyList: { providesTags: ["api_key"] },
		apiKeyCreate: { invalidatesTags: ["api_key"] },
		apiKeyRevoke: { invalidatesTags: ["api_key"] },
		projectList: { providesTags: ["project"] },
		projectGet: { providesTags: ["project"] },
		projectCreate: { invalidatesTags: ["project"] },
		sourceList: { providesTags: ["source"] },
		sourceGet: { providesTags: ["source"] },
		sourceCreate: { invalidatesTags: ["source"] },
		mappingList: { providesTags: ["mapping"] },
		mappingCreate: { invalidatesTags: ["mapping", "source", "dataset", "file"] },
		fileList: { providesTags: ["file"] },
		fileGet: { providesTags: ["file"] },
		fileRetry: { invalidatesTags: ["file"] },
		uploadCreate: { invalidatesTags: ["file"] },
		datasetList: { providesTags: ["dataset"] },
		datasetGet: { providesTags: ["dataset"] },
		reconciliationList: { providesTags: ["reconciliation"] },
		reconciliationGet: { providesTags: ["reconciliation"] },
		reconciliationCreate: { invalidatesTags: ["reconciliation"] },
		jobListOfReconciliation: { providesTags: ["job"] },
		jobList: { providesTags: ["job"] },
		jobGet: { providesTags: ["job"] },
		jobCreate: { invalidatesTags: ["job", "reconciliation"] },
		jobCancel: { invalidatesTags: ["job"] },
		decisionList: { providesTags: ["decision"] },
		viewFacets: { providesTags: ["facets"] },
		// The reconciliation carries the version that the next decision must name.
		decisionCreate: { invalidatesTags: ["decision", "reconciliation", "sample"] },
		sampleGet: { providesTags: ["sample"] },
		modelList: { providesTags: ["model"] },
		modelCreate: { invalidatesTags: ["model", "reconciliation"] },
		modelUnpin: { invalidatesTags: ["model", "reconciliation"] },
	},
});
